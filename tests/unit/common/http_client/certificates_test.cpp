#include "common/http_client/certificates.h"

#include <doctest/doctest.h>

#include "common/http_client/tls_session.h"
#include "tests/unit/common/http_client/tls_peer.h"

namespace sonde::http {
namespace {

TlsFacts facts_of_handshake(bool trusted) {
  testing::TlsPeer peer("DNS:a.test,IP:192.0.2.1,DNS:b.test");
  TlsStores stores;
  TlsConfig config;
  if (trusted) config.ca.text = peer.pem();
  auto session = TlsSession::make(stores, config, "a.test", peer.client_fd());
  REQUIRE(session);
  CHECK(((*session)->handshake() == TlsSession::Step::Done) == trusted);
  return (*session)->facts();
}

}  // namespace

// What the peer's certificate says is set in tls_peer.h.
TEST_SUITE("http_client/certificates") {
  TEST_CASE("facts are known whether or not the certificate is good") {
    for (const bool trusted : {true, false}) {
      CAPTURE(trusted);
      const TlsFacts facts = facts_of_handshake(trusted);
      REQUIRE(facts.presented.size() == 1);
      const CertificateFacts& leaf = facts.presented[0];
      CHECK(leaf.not_after_seconds == 2'524'607'999);  // date -ud "2049-12-31 23:59:59" +%s
      CHECK(leaf.subject == "CN=peer,O=sonde");
      CHECK(leaf.issuer == "CN=peer,O=sonde");
      CHECK(leaf.alternative_names == "a.test,b.test");
      CHECK(leaf.serial == "a1b2");
      CHECK(leaf.fingerprint_sha256.size() == 64);
      CHECK(facts.version == "TLS 1.3");
      CHECK(facts.cipher == "TLS_AES_256_GCM_SHA384");
      CHECK(facts.verified_chain_expiry_seconds.has_value() == trusted);
    }
  }
}

}  // namespace sonde::http
