#include "common/http_server/tls_policy.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/http_server/client_hello.h"

namespace sonde::http {
namespace {

struct FreeCertificate {
  void operator()(gnutls_x509_crt_int* certificate) const { ::gnutls_x509_crt_deinit(certificate); }
};
using Certificate = std::unique_ptr<gnutls_x509_crt_int, FreeCertificate>;

struct FreeCredentials {
  void operator()(gnutls_certificate_credentials_st* credentials) const {
    ::gnutls_certificate_free_credentials(credentials);
  }
};
struct FreePriority {
  void operator()(gnutls_priority_st* priority) const { ::gnutls_priority_deinit(priority); }
};
using Priority = std::unique_ptr<gnutls_priority_st, FreePriority>;

// One name of a certificate may be this long; longer ones match nothing.
constexpr size_t kNameBytesMax = 1024;

gnutls_datum_t datum_of(const std::string& text) {
  // The library only reads.
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())),
          static_cast<unsigned>(text.size())};
}

Error tls_error(std::string_view what, int code) {
  return Error(ErrorCode::InvalidArgument, std::string(what) + ": " + ::gnutls_strerror(code));
}

Certificate read_certificate(const gnutls_datum_t& der) {
  gnutls_x509_crt_t made = nullptr;
  if (::gnutls_x509_crt_init(&made) < 0) return nullptr;
  Certificate certificate(made);
  if (::gnutls_x509_crt_import(made, &der, GNUTLS_X509_FMT_DER) < 0) return nullptr;
  return certificate;
}

Result<Priority> make_priority(const std::string& text) {
  gnutls_priority_t made = nullptr;
  const char* at = nullptr;
  const int code = ::gnutls_priority_init(&made, text.empty() ? "NORMAL" : text.c_str(), &at);
  if (code < 0) return tls_error("cannot serve this choice of versions, cipher suites and curves", code);
  return Priority(made);
}

// An IP address of a certificate, four or sixteen bytes, as text; "" for anything else.
std::string address_text(std::string_view bytes) {
  if (bytes.size() != 4 && bytes.size() != 16) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), text.data(), text.size());
  return text.data();
}

bool has_one_of(gnutls_x509_crt_t certificate, const std::vector<std::string>& names) {
  std::string buffer(kNameBytesMax, '\0');
  for (unsigned i = 0;; ++i) {
    size_t size = buffer.size();
    const int kind = ::gnutls_x509_crt_get_subject_alt_name(certificate, i, buffer.data(), &size, nullptr);
    if (kind == GNUTLS_E_SHORT_MEMORY_BUFFER) continue;
    if (kind < 0) return false;  // After the last one.
    const std::string_view value(buffer.data(), size);
    const bool is_text =
        kind == GNUTLS_SAN_DNSNAME || kind == GNUTLS_SAN_RFC822NAME || kind == GNUTLS_SAN_URI;
    const std::string name = kind == GNUTLS_SAN_IPADDRESS ? address_text(value) : std::string(value);
    if ((is_text || kind == GNUTLS_SAN_IPADDRESS) && !name.empty() &&
        std::ranges::find(names, name) != names.end()) {
      return true;
    }
  }
}

bool chain_is_good(gnutls_session_t session) {
  std::string purpose = GNUTLS_KP_TLS_WWW_CLIENT;
  gnutls_typed_vdata_st wanted{GNUTLS_DT_KEY_PURPOSE_OID, reinterpret_cast<unsigned char*>(purpose.data()),
                               0};
  unsigned status = 0;
  return ::gnutls_certificate_verify_peers(session, &wanted, 1, &status) == GNUTLS_E_SUCCESS && status == 0;
}

// The library leaves alerts to its caller, and ours does not send them.
int refuse(gnutls_session_t session, gnutls_alert_description_t alert, int code) {
  ::gnutls_alert_send(session, GNUTLS_AL_FATAL, alert);
  return code;
}

}  // namespace

struct TlsPolicy::Parts {
  TlsOptions options;
  std::unique_ptr<gnutls_certificate_credentials_st, FreeCredentials> credentials;
  Priority priority;
  std::vector<Priority> suites;  // as options.suites
  bool has_ecdsa_key = false;

  int choose_suite(gnutls_session_t session, std::span<const uint8_t> hello) const;
  int check_client(gnutls_session_t session) const;
};

namespace {

Status set_certificates(const TlsOptions& options, gnutls_certificate_credentials_t credentials) {
  const gnutls_datum_t certificate = datum_of(options.certificate);
  const gnutls_datum_t key = datum_of(options.key);
  int code = ::gnutls_certificate_set_x509_key_mem(credentials, &certificate, &key, GNUTLS_X509_FMT_PEM);
  if (code < 0) return tls_error("cannot use the certificate and key", code);
  if (options.client_ca.empty()) return Ok{};
  const gnutls_datum_t roots = datum_of(options.client_ca);
  code = ::gnutls_certificate_set_x509_trust_mem(credentials, &roots, GNUTLS_X509_FMT_PEM);
  if (code < 0) return tls_error("cannot use the client's certificate authority", code);
  if (code == 0)
    return Error(ErrorCode::InvalidArgument, "the client's certificate authority has no certificate");
  return Ok{};
}

// An Ed25519 key signs in the place of an ECDSA one.
bool key_is_ecdsa(gnutls_certificate_credentials_t credentials) {
  gnutls_x509_crt_t* chain = nullptr;
  unsigned count = 0;
  if (::gnutls_certificate_get_x509_crt(credentials, 0, &chain, &count) < 0) return false;
  bool ecdsa = false;
  for (unsigned i = 0; i < count; ++i) {
    if (i == 0) {
      const int algorithm = ::gnutls_x509_crt_get_pk_algorithm(chain[0], nullptr);
      ecdsa = algorithm != GNUTLS_PK_RSA && algorithm != GNUTLS_PK_RSA_PSS;
    }
    ::gnutls_x509_crt_deinit(chain[i]);
  }
  ::gnutls_free(chain);
  return ecdsa;
}

}  // namespace

Result<std::shared_ptr<const TlsPolicy>> TlsPolicy::make(TlsOptions options) {
  auto parts = std::make_unique<Parts>();
  gnutls_certificate_credentials_t credentials = nullptr;
  const int code = ::gnutls_certificate_allocate_credentials(&credentials);
  if (code < 0) return tls_error("cannot prepare TLS", code);
  parts->credentials.reset(credentials);
  if (auto set = set_certificates(options, credentials); !set) return set.error();
  parts->has_ecdsa_key = key_is_ecdsa(credentials);
  auto priority = make_priority(options.priorities);
  if (!priority) return priority.error();
  parts->priority = std::move(*priority);
  for (const TlsSuite& suite : options.suites) {
    auto made = make_priority(suite.priorities);
    if (!made) return made.error();
    parts->suites.push_back(std::move(*made));
  }
  parts->options = std::move(options);
  return std::shared_ptr<const TlsPolicy>(std::make_shared<TlsPolicy>(std::move(parts)));
}

TlsPolicy::TlsPolicy(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

TlsPolicy::~TlsPolicy() = default;

// Runs when the ClientHello is here and nothing of it has been looked at.
int TlsPolicy::Parts::choose_suite(gnutls_session_t session, std::span<const uint8_t> message) const {
  if (suites.empty()) return GNUTLS_E_SUCCESS;
  const auto hello = read_client_hello(message);
  if (!hello) return refuse(session, GNUTLS_A_DECODE_ERROR, GNUTLS_E_UNEXPECTED_PACKET_LENGTH);
  if (hello->offers_tls13 && options.serves_tls13) return GNUTLS_E_SUCCESS;
  const gnutls_priority_st* best = nullptr;
  auto best_rank = hello->cipher_suites.end();
  for (size_t i = 0; i < suites.size(); ++i) {
    if (options.suites[i].ecdsa != has_ecdsa_key) continue;
    const auto rank = std::ranges::find(hello->cipher_suites, options.suites[i].id);
    if (rank >= best_rank) continue;
    best = suites[i].get();
    if (options.server_order) break;
    best_rank = rank;
  }
  if (best == nullptr) return refuse(session, GNUTLS_A_HANDSHAKE_FAILURE, GNUTLS_E_NO_CIPHER_SUITES);
  return ::gnutls_priority_set(session, const_cast<gnutls_priority_t>(best));
}

// Runs when the client's Finished is here: it has shown that the certificate is its own.
int TlsPolicy::Parts::check_client(gnutls_session_t session) const {
  using Rule = TlsOptions::ClientCertificate;
  const Rule rule = options.client_certificate;
  if (rule == Rule::None) return GNUTLS_E_SUCCESS;
  unsigned count = 0;
  const gnutls_datum_t* chain = ::gnutls_certificate_get_peers(session, &count);
  if (chain == nullptr || count == 0) {
    if (rule == Rule::Request || rule == Rule::VerifyIfGiven) return GNUTLS_E_SUCCESS;
    const bool tls13 = ::gnutls_protocol_get_version(session) == GNUTLS_TLS1_3;
    return refuse(session, tls13 ? GNUTLS_A_CERTIFICATE_REQUIRED : GNUTLS_A_HANDSHAKE_FAILURE,
                  GNUTLS_E_CERTIFICATE_REQUIRED);
  }
  const bool verifies = rule == Rule::VerifyIfGiven || rule == Rule::RequireAndVerify;
  const Certificate certificate = read_certificate(chain[0]);
  const bool name_fits =
      options.client_names.empty() || (certificate && has_one_of(certificate.get(), options.client_names));
  if (!certificate || !name_fits || (verifies && !chain_is_good(session))) {
    return refuse(session, GNUTLS_A_BAD_CERTIFICATE, GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR);
  }
  return GNUTLS_E_SUCCESS;
}

void TlsPolicy::apply(gnutls_session_int* session) const {
  ::gnutls_session_set_ptr(session, parts_.get());
  ::gnutls_priority_set(session, parts_->priority.get());
  ::gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, parts_->credentials.get());
  const TlsOptions& options = parts_->options;
  const bool asks = options.client_certificate != TlsOptions::ClientCertificate::None;
  ::gnutls_certificate_server_set_request(session, asks ? GNUTLS_CERT_REQUEST : GNUTLS_CERT_IGNORE);
  // Any certificate will do: none is hinted at.
  if (asks && options.client_ca.empty()) ::gnutls_certificate_send_x509_rdn_sequence(session, 1);
  ::gnutls_handshake_set_hook_function(
      session, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_PRE,
      [](gnutls_session_t at, unsigned kind, unsigned, unsigned incoming, const gnutls_datum_t* message) {
        const auto& self = *static_cast<const Parts*>(::gnutls_session_get_ptr(at));
        if (incoming == 0) return 0;
        if (kind == GNUTLS_HANDSHAKE_CLIENT_HELLO)
          return self.choose_suite(at, {message->data, message->size});
        return kind == GNUTLS_HANDSHAKE_FINISHED ? self.check_client(at) : 0;
      });
}

}  // namespace sonde::http
