#include "exporters/redis/web_options.h"

#include <doctest/doctest.h>

#include "common/web/password_check.h"

namespace sonde::redis {
namespace {

// A hash of the crypt library's own tests.
constexpr const char* kHash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

bool is_refused(const WebOptions& options) {
  return !make_web_config(options).ok();
}

}  // namespace

TEST_SUITE("redis/web_options") {
  TEST_CASE("without flags there is no configuration") {
    const auto config = make_web_config({});
    REQUIRE(config);
    CHECK_FALSE(config->has_value());
  }

  TEST_CASE("a user has the hash of the flag or one of the password") {
    WebOptions options;
    options.basic_auth_user = "admin";
    options.basic_auth_hash = kHash;
    const auto hashed = make_web_config(options);
    REQUIRE(hashed);
    CHECK((*hashed)->users.at("admin") == kHash);
    options.basic_auth_hash.clear();
    options.basic_auth_password = "secret";
    const auto plain = make_web_config(options);
    REQUIRE(plain);
    CHECK(web::is_bcrypt_hash((*plain)->users.at("admin")));
  }

  TEST_CASE("half of what belongs together is refused") {
    CHECK(is_refused({.basic_auth_user = "admin"}));
    CHECK(is_refused({.basic_auth_password = "secret"}));
    CHECK(is_refused({.basic_auth_hash = kHash}));
    CHECK(is_refused({.basic_auth_user = "a", .basic_auth_password = "b", .basic_auth_hash = kHash}));
    CHECK(is_refused({.basic_auth_user = "a", .basic_auth_hash = "plain"}));
    CHECK(is_refused({.basic_auth_user = "a", .basic_auth_password = std::string(73, 'x')}));
    CHECK(is_refused({.tls_certificate_file = "a.pem"}));
    CHECK(is_refused({.tls_key_file = "a.pem"}));
    CHECK(is_refused({.tls_client_ca_file = "a.pem"}));
    CHECK(is_refused({.tls_version_min = "TLS1"}));
  }

  TEST_CASE("certificates of clients are asked for where there are authorities") {
    const auto plain =
        make_web_config({.tls_certificate_file = "a", .tls_key_file = "b", .tls_version_min = "TLS1.3"});
    REQUIRE(plain);
    CHECK((*plain)->tls.version_min == 3);
    CHECK_FALSE((*plain)->tls.client_auth.has_value());
    const auto mutual =
        make_web_config({.tls_certificate_file = "a", .tls_key_file = "b", .tls_client_ca_file = "c"});
    REQUIRE(mutual);
    CHECK((*mutual)->tls.client_auth == web::ClientAuth::RequireAndVerify);
  }

  TEST_CASE("the original's flags for logs and own metrics become the frame's") {
    exporter::WebFlags web;
    REQUIRE(adjust_web({.redis_only_metrics = true, .log_level = "WARNING", .log_format = "json"}, web));
    CHECK(web.disable_exporter_metrics);
    CHECK_FALSE(web.build_info);
    CHECK(web.log_level == "warn");
    CHECK(web.log_format == "json");
    REQUIRE(adjust_web({.debug = true, .log_level = "ERROR", .log_format = "txt"}, web));
    CHECK(web.log_level == "debug");
    CHECK(web.log_format == "logfmt");
  }
}

}  // namespace sonde::redis
