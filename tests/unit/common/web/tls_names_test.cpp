#include "common/web/tls_names.h"

#include <doctest/doctest.h>

#include <vector>

using sonde::http::TlsOptions;
using sonde::web::is_cipher_suite;
using sonde::web::is_curve;
using sonde::web::set_preferences;

TEST_SUITE("web/tls_names") {
  TEST_CASE("the originals' names are known and others not") {
    CHECK(is_cipher_suite("TLS_AES_128_GCM_SHA256"));
    CHECK_FALSE(is_cipher_suite("TLS_AES_128_GCM"));
    CHECK(is_curve("X25519"));
    CHECK_FALSE(is_curve("CurveP257"));
  }

  TEST_CASE("without a list the versions are served with forward secrecy") {
    TlsOptions options;
    set_preferences(
        {.version_min = 2, .version_max = 3, .cipher_suites = {}, .curves = {}, .server_order = true},
        options);
    CHECK(options.suites.empty());
    CHECK(options.priorities.find(
              "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:") == 0);
    CHECK(options.priorities.ends_with(":%SERVER_PRECEDENCE"));
  }

  TEST_CASE("a list keeps its order and its suites are admitted one by one") {
    const std::vector<std::string> suites{"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256",
                                          "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"};
    const std::vector<std::string> curves{"CurveP521"};
    TlsOptions options;
    set_preferences({.version_min = 1,
                     .version_max = 2,
                     .cipher_suites = suites,
                     .curves = curves,
                     .server_order = false},
                    options);
    REQUIRE(options.suites.size() == 2);
    CHECK(options.suites[0].id == 0xC030);
    CHECK_FALSE(options.suites[0].ecdsa);
    CHECK(options.suites[0].priorities ==
          "NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.1:-KX-ALL:+ECDHE-RSA:-CIPHER-ALL:+AES-256-GCM:-MAC-ALL:+"
          "AEAD"
          ":-GROUP-ALL:+GROUP-SECP521R1");
    CHECK(options.suites[1].id == 0xC009);
    CHECK(options.suites[1].ecdsa);
    CHECK_FALSE(options.serves_tls13);
    CHECK_FALSE(options.server_order);
  }

  TEST_CASE("a list of TLS 1.3 suites alone leaves nothing for older clients") {
    const std::vector<std::string> suites{"TLS_AES_128_GCM_SHA256"};
    TlsOptions options;
    set_preferences(
        {.version_min = 2, .version_max = 3, .cipher_suites = suites, .curves = {}, .server_order = false},
        options);
    CHECK(options.suites.empty());
    CHECK(options.priorities == "NORMAL:-VERS-ALL:+VERS-TLS1.3");
  }

}  // TEST_SUITE
