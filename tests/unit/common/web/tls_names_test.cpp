#include "common/web/tls_names.h"

#include <doctest/doctest.h>

#include <vector>

using sonde::web::gnutls_priorities;
using sonde::web::is_cipher_suite;
using sonde::web::is_curve;

TEST_SUITE("web/tls_names") {
  TEST_CASE("the originals' names are known and others not") {
    CHECK(is_cipher_suite("TLS_AES_128_GCM_SHA256"));
    CHECK_FALSE(is_cipher_suite("TLS_AES_128_GCM"));
    CHECK(is_curve("X25519"));
    CHECK_FALSE(is_curve("CurveP257"));
  }

  TEST_CASE("versions ciphers and curves become a priority string") {
    CHECK(
        gnutls_priorities(
            {.version_min = 2, .version_max = 3, .cipher_suites = {}, .curves = {}, .server_order = true}) ==
        "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE");
    const std::vector<std::string> suites{"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"};
    const std::vector<std::string> curves{"CurveP521"};
    CHECK(gnutls_priorities({.version_min = 2,
                             .version_max = 2,
                             .cipher_suites = suites,
                             .curves = curves,
                             .server_order = false}) ==
          "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:-MAC-ALL:-KX-ALL:+ECDHE-RSA:+ECDHE-ECDSA:+AES-256-GCM:+"
          "AEAD:"
          "-GROUP-ALL:+GROUP-SECP521R1");
  }

}  // TEST_SUITE
