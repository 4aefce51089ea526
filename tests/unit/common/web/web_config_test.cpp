#include "common/web/web_config.h"

#include <doctest/doctest.h>

using sonde::ErrorCode;
using sonde::web::parse_web_config;
using sonde::web::tls_options;

namespace {

constexpr std::string_view kPem = "\"-----BEGIN X-----\\n-----END X-----\"";

std::string error_of(std::string_view text) {
  const auto config = parse_web_config(text, "web.yml", "");
  REQUIRE_FALSE(config);
  return config.error().message();
}

}  // namespace

TEST_SUITE("web/web_config") {
  TEST_CASE("an empty file is plain HTTP") {
    const auto config = parse_web_config("", "web.yml", "");
    REQUIRE(config);
    CHECK_FALSE(config->tls.present);
    const auto tls = tls_options(*config);
    REQUIRE(tls);
    CHECK_FALSE(tls->has_value());
  }

  TEST_CASE("users headers and the rate limit are read") {
    const auto config = parse_web_config(
        "basic_auth_users:\n  alice: $2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n"
        "http_server_config:\n  http2: false\n  headers:\n    X-Frame-Options: DENY\n"
        "rate_limit: {interval: 1s, burst: 3}\n",
        "web.yml", "");
    REQUIRE(config);
    CHECK(config->users.size() == 1);
    CHECK(config->headers.at("X-Frame-Options") == "DENY");
    CHECK(config->rate_interval == std::chrono::seconds(1));
    CHECK(config->rate_burst == 3);
  }

  TEST_CASE("what is wrong is named with its place") {
    CHECK(error_of("tls_server_config:\n  cert_filse: x\n").find("web.yml: line 2") == 0);
    CHECK(error_of("nonsense: 1\n").find("nonsense") != std::string::npos);
    CHECK(error_of("http_server_config: {headers: {Content-Type: foo}}\n").find("Content-Type") !=
          std::string::npos);
    CHECK(error_of("http_server_config: {headers: {X-Frame-Options: foo}}\n").find("foo") !=
          std::string::npos);
    CHECK(error_of("tls_server_config: {cert: x}\n").find("want one of key and key_file") !=
          std::string::npos);
    CHECK(error_of("tls_server_config: {client_auth_type: Sometimes}\n").find("client_auth_type") !=
          std::string::npos);
    CHECK(error_of("tls_server_config: {curve_preferences: [P257]}\n").find("P257") != std::string::npos);
    CHECK(error_of("tls_server_config: {cert_file: /nonexistent/x, key_file: y}\n").find("cert_file") !=
          std::string::npos);
  }

  TEST_CASE("a password that is no bcrypt hash is refused and not shown") {
    const std::string error = error_of("basic_auth_users: {alice: hunter2}\n");
    CHECK(error.find("alice") != std::string::npos);
    CHECK(error.find("hunter2") == std::string::npos);
  }

  TEST_CASE("keys that are not built are refused by name when the server starts") {
    const std::string base = "tls_server_config: {cert: " + std::string(kPem) + ", key: " + std::string(kPem);
    const auto sans = parse_web_config(base + ", client_allowed_sans: [a]}", "web.yml", "");
    REQUIRE(sans);
    CHECK(tls_options(*sans).error().code() == ErrorCode::Unsupported);
    CHECK(tls_options(*sans).error().message().find("client_allowed_sans") != std::string::npos);
  }

}  // TEST_SUITE
