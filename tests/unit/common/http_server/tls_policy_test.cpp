#include "common/http_server/tls_policy.h"

#include <atomic>

#include "tests/unit/common/http_server/server_fixture.h"
#include "tests/unit/common/http_server/test_certificate.h"

using namespace sonde::http;        // NOLINT: a test reads better so
using namespace sonde::http::test;  // NOLINT

namespace {

using Rule = TlsOptions::ClientCertificate;
using Policy = std::shared_ptr<const TlsPolicy>;

Policy make_policy(const TestCertificate& server, TlsOptions options = {}) {
  options.certificate = server.certificate;
  options.key = server.key;
  auto made = TlsPolicy::make(std::move(options));
  REQUIRE(made);
  return *made;
}

// A GnuTLS client on a blocking socket.
class TlsClient {
 public:
  TlsClient(uint16_t port, const TestCertificate* own, const char* priorities = "NORMAL") {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    gnutls_certificate_allocate_credentials(&credentials_);
    if (own != nullptr) {
      const auto datum = [](const std::string& text) {
        return gnutls_datum_t{reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())),
                              static_cast<unsigned>(text.size())};
      };
      const gnutls_datum_t certificate = datum(own->certificate);
      const gnutls_datum_t key = datum(own->key);
      gnutls_certificate_set_x509_key_mem(credentials_, &certificate, &key, GNUTLS_X509_FMT_PEM);
      // Sends it whatever authorities the server hints at.
      gnutls_certificate_set_flags(credentials_, GNUTLS_CERTIFICATE_SKIP_OCSP_RESPONSE_CHECK);
    }
    gnutls_init(&session_, GNUTLS_CLIENT | GNUTLS_FORCE_CLIENT_CERT);
    gnutls_priority_set_direct(session_, priorities, nullptr);
    gnutls_credentials_set(session_, GNUTLS_CRD_CERTIFICATE, credentials_);
    gnutls_transport_set_int(session_, fd_);
  }
  ~TlsClient() {
    gnutls_deinit(session_);
    gnutls_certificate_free_credentials(credentials_);
    ::close(fd_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  // The status of a GET; 0 when the handshake or the connection fails.
  int get() {
    int code = 0;
    while (!shaken_ && (code = gnutls_handshake(session_)) < 0) {
      if (gnutls_error_is_fatal(code) != 0) return 0;
    }
    shaken_ = true;
    const std::string request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    if (gnutls_record_send(session_, request.data(), request.size()) < 0) return 0;
    std::string answer;
    while (!answer.ends_with("good")) {
      std::string piece(4096, '\0');
      const ssize_t size = gnutls_record_recv(session_, piece.data(), piece.size());
      if (size == GNUTLS_E_AGAIN || size == GNUTLS_E_INTERRUPTED) continue;
      if (size <= 0) return 0;
      answer.append(piece, 0, static_cast<size_t>(size));
    }
    return static_cast<int>(sonde::parse_integer(answer.substr(9, 3)).value_or(0));
  }
  // The server's certificate, DER.
  std::string peer() const {
    unsigned count = 0;
    const gnutls_datum_t* chain = gnutls_certificate_get_peers(session_, &count);
    return count == 0 ? "" : std::string(reinterpret_cast<const char*>(chain[0].data), chain[0].size);
  }
  gnutls_session_t session() const { return session_; }

 private:
  int fd_ = -1;
  bool shaken_ = false;
  gnutls_session_t session_ = nullptr;
  gnutls_certificate_credentials_t credentials_ = nullptr;
};

// Serves whatever policy is current.
struct TlsServer {
  explicit TlsServer(Policy first)
      : current(std::move(first)), server({.tls = [this] { return std::atomic_load(&current); }}) {
    server.server->route(
        "GET", "/", [](const Request&, Responder responder) { responder.send(text_response(200, "good")); });
    server.start();
  }
  Policy current;
  TestServer server;
};

int status_of(const Policy& policy, const TestCertificate* client, const char* priorities = "NORMAL") {
  TlsServer server(policy);
  return TlsClient(server.server.port, client, priorities).get();
}

}  // namespace

TEST_SUITE("http_server/tls_policy") {
  TEST_CASE("what cannot be served is refused when the policy is made") {
    const TestCertificate one = make_certificate("one");
    const TestCertificate two = make_certificate("two");
    CHECK_FALSE(TlsPolicy::make({.certificate = one.certificate, .key = two.key}));
    CHECK_FALSE(TlsPolicy::make({.certificate = "x", .key = one.key}));
    CHECK_FALSE(TlsPolicy::make({.certificate = one.certificate, .key = one.key, .client_ca = "x"}));
    CHECK_FALSE(TlsPolicy::make({.certificate = one.certificate, .key = one.key, .priorities = "SOMETHING"}));
    CHECK(TlsPolicy::make({.certificate = one.certificate, .key = one.key}));
  }

  TEST_CASE("each client policy admits whom it names") {
    const TestCertificate server = make_certificate("server");
    const TestCertificate known = make_certificate("known");
    const TestCertificate stranger = make_certificate("stranger");
    struct Row {
      Rule rule;
      bool none, good, bad;  // is a client with no certificate, a known one, another one admitted?
    };
    for (const Row& row :
         {Row{Rule::None, true, true, true}, Row{Rule::Request, true, true, true},
          Row{Rule::RequireAny, false, true, true}, Row{Rule::VerifyIfGiven, true, true, false},
          Row{Rule::RequireAndVerify, false, true, false}}) {
      CAPTURE(static_cast<int>(row.rule));
      const Policy policy =
          make_policy(server, {.client_ca = known.certificate, .client_certificate = row.rule});
      for (const char* versions : {"NORMAL", "NORMAL:-VERS-ALL:+VERS-TLS1.2"}) {
        CAPTURE(versions);
        CHECK((status_of(policy, nullptr, versions) == 200) == row.none);
        CHECK((status_of(policy, &known, versions) == 200) == row.good);
        CHECK((status_of(policy, &stranger, versions) == 200) == row.bad);
      }
    }
  }

  TEST_CASE("a certificate needs one of the allowed names where there are any") {
    const TestCertificate server = make_certificate("server");
    const TestCertificate client = make_certificate("client.example");
    const auto policy = [&](const char* name) {
      return make_policy(server, {.client_certificate = Rule::Request, .client_names = {"other", name}});
    };
    CHECK(status_of(policy("client.example"), &client) == 200);
    CHECK(status_of(policy("client.exampl"), &client) == 0);
    CHECK(status_of(policy("*.example"), &client) == 0);
    CHECK(status_of(policy("x"), nullptr) == 200);  // Only a certificate that is given is looked at.
  }

  TEST_CASE("suites of older versions are exact and TLS 1.3 does not mind them") {
    const std::string base =
        "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:-CIPHER-ALL:-MAC-ALL:+AEAD:+";
    const Policy policy =
        make_policy(make_certificate("server"),
                    {.priorities = "NORMAL:-VERS-ALL:+VERS-TLS1.3",
                     .suites = {{.id = 0xC02F, .ecdsa = false, .priorities = "NORMAL:-KX-ALL:+ECDHE-RSA"},
                                {.id = 0xC02C, .ecdsa = true, .priorities = base + "AES-256-GCM"}}});
    CHECK(status_of(policy, nullptr) == 200);
    CHECK(status_of(policy, nullptr, "NORMAL:-VERS-ALL:+VERS-TLS1.2") == 200);
    CHECK(status_of(policy, nullptr, (base + "AES-256-GCM").c_str()) == 200);
    CHECK(status_of(policy, nullptr, (base + "AES-128-GCM").c_str()) == 0);
  }

  TEST_CASE("a new policy serves new connections and leaves the others alone") {
    TlsServer server(make_policy(make_certificate("first")));
    TlsClient old(server.server.port, nullptr);
    CHECK(old.get() == 200);
    std::atomic_store(&server.current, make_policy(make_certificate("second")));
    TlsClient fresh(server.server.port, nullptr);
    CHECK(fresh.get() == 200);
    CHECK(old.get() == 200);
    CHECK(fresh.peer() != old.peer());
  }
}
