#include "common/http_client/tls_session.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "common/io/atomic_write.h"
#include "tests/unit/common/http_client/tls_peer.h"

namespace sonde::http {
namespace {

constexpr const char* kNames = "DNS:peer.test,DNS:*.wild.test,IP:192.0.2.1";

struct Attempt {
  bool good = false;
  std::string error;
  std::string received;
  TlsFacts facts;
};

// A handshake over a descriptor that blocks, and what comes after it.
Attempt attempt(const std::string& name, TlsConfig config, bool trusted) {
  testing::TlsPeer peer(kNames);
  TlsStores stores;
  if (trusted) config.ca.text = peer.pem();
  auto session = TlsSession::make(stores, config, name, peer.client_fd());
  REQUIRE(session);
  Attempt out;
  out.good = (*session)->handshake() == TlsSession::Step::Done;
  out.error = (*session)->error();
  out.facts = (*session)->facts();
  if (!out.good) return out;
  char bytes[16];
  size_t got = 0;
  while ((*session)->read(bytes, sizeof bytes, got) == TlsSession::Step::Done)
    out.received.append(bytes, got);
  return out;
}

}  // namespace

TEST_SUITE("http_client/tls_session") {
  TEST_CASE("a certificate is good for its names only") {
    for (const char* name : {"peer.test", "192.0.2.1", "a.wild.test"}) {
      CAPTURE(name);
      const Attempt got = attempt(name, {}, true);
      CHECK(got.good);
      CHECK(got.received == "hello");
    }
    for (const char* name : {"peer", "other.test", "192.0.2.2", "a.b.wild.test"}) {
      CAPTURE(name);
      const Attempt got = attempt(name, {}, true);
      CHECK_FALSE(got.good);
      CHECK(got.error.find("certificate verify failed") != std::string::npos);
    }
    TlsConfig named;
    named.server_name = "peer.test";
    CHECK(attempt("other.test", named, true).good);
  }

  TEST_CASE("an unknown authority is refused unless nobody asks") {
    CHECK_FALSE(attempt("peer.test", {}, false).good);
    TlsConfig careless;
    careless.insecure_skip_verify = true;
    const Attempt got = attempt("other.test", careless, false);
    CHECK(got.good);
    CHECK_FALSE(got.facts.verified_chain_expiry_seconds);
  }

  TEST_CASE("versions are kept to") {
    TlsConfig old;
    old.max_version = "TLS12";
    CHECK(attempt("peer.test", old, true).facts.version == "TLS 1.2");
    CHECK(attempt("peer.test", {}, true).facts.version == "TLS 1.3");
  }

  TEST_CASE("authorities are parsed once for as long as their text is the same") {
    const testing::TlsPeer one(kNames);
    const testing::TlsPeer other(kNames);
    TlsStores stores;
    CHECK(*stores.authorities({}) == nullptr);  // The system's.
    TlsConfig config;
    config.ca.text = one.pem();
    const auto first = stores.authorities(config);
    REQUIRE(first);
    CHECK(*stores.authorities(config) == *first);
    const std::string path = std::filesystem::temp_directory_path() / "sonde-authorities-test.pem";
    const auto write = [&path](const std::string& text) {
      REQUIRE(io::atomic_write(io::real_file_system(), path, text));
    };
    write(one.pem());
    TlsConfig by_file;
    by_file.ca.file = path;
    CHECK(*stores.authorities(by_file) == *first);
    write(other.pem());
    const auto changed = stores.authorities(by_file);
    REQUIRE(changed);
    CHECK(*changed != *first);
    write("nonsense");
    const auto broken = stores.authorities(by_file);
    REQUIRE_FALSE(broken);
    CHECK(broken.error().message().find("CA cert") != std::string::npos);
    std::filesystem::remove(path);
  }

  TEST_CASE("an authority that is none is named") {
    TlsStores stores;
    TlsConfig config;
    config.ca.text = "nonsense";
    const auto session = TlsSession::make(stores, config, "a", -1);
    REQUIRE_FALSE(session);
    CHECK(session.error().message().find("CA cert") != std::string::npos);
    config.ca = {.text = "", .file = "/no/such/file"};
    CHECK_FALSE(TlsSession::make(stores, config, "a", -1));
  }
}

}  // namespace sonde::http
