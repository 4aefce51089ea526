#include "common/web/web_config.h"

#include <doctest/doctest.h>

using sonde::web::ClientAuth;
using sonde::web::load_tls_policy;
using sonde::web::parse_web_config;
using sonde::web::Role;

namespace {

std::string error_of(std::string_view text) {
  const auto config = parse_web_config(text, "web.yml", "");
  REQUIRE_FALSE(config);
  return config.error().message();
}

constexpr const char* kUser =
    "basic_auth_users:\n  alice: $2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n";

}  // namespace

TEST_SUITE("web/web_config") {
  TEST_CASE("an empty file is plain HTTP") {
    for (const char* text :
         {"", "tls_server_config:\n", "tls_server_config: {cert: \"\", client_auth_type: \"\"}\n",
          "tls_server_config: {min_version: TLS13, client_allowed_sans: [a]}\n"}) {
      CAPTURE(text);
      const auto config = parse_web_config(text, "web.yml", "");
      REQUIRE(config);
      CHECK_FALSE(config->tls.is_enabled());
      const auto tls = load_tls_policy(*config);
      REQUIRE(tls);
      CHECK(*tls == nullptr);
    }
  }

  TEST_CASE("users headers and the rate limit are read") {
    const auto config =
        parse_web_config(std::string(kUser) +
                             "http_server_config:\n  http2: false\n  headers:\n    X-Frame-Options: deny\n"
                             "rate_limit: {interval: 1.5s, burst: 3}\n",
                         "web.yml", "");
    REQUIRE(config);
    CHECK(config->users.size() == 1);
    CHECK(config->roles.empty());
    CHECK(config->headers.at("X-Frame-Options") == "deny");
    CHECK(config->rate_interval == std::chrono::milliseconds(1500));
    CHECK(config->rate_burst == 3);
  }

  TEST_CASE("an interval without a unit counts nanoseconds as in Go") {
    const auto config = parse_web_config("rate_limit: {interval: 5000000, burst: 1}\n", "web.yml", "");
    REQUIRE(config);
    CHECK(config->rate_interval == std::chrono::milliseconds(5));
  }

  TEST_CASE("roles are read and belong to users") {
    const auto config =
        parse_web_config(std::string(kUser) + "sonde: {roles: {alice: read_only}}\n", "web.yml", "");
    REQUIRE(config);
    CHECK(config->roles.at("alice") == Role::ReadOnly);
    CHECK(error_of(std::string(kUser) + "sonde: {roles: {bob: admin}}\n").find("roles.bob") !=
          std::string::npos);
    CHECK(error_of(std::string(kUser) + "sonde: {roles: {alice: reader}}\n").find("admin, read_only") !=
          std::string::npos);
    CHECK(error_of("sonde: {rules: {}}\n").find("rules") != std::string::npos);
  }

  TEST_CASE("all names of the client's policy are taken") {
    struct Row {
      const char* name;
      ClientAuth auth;
    };
    for (const Row& row :
         {Row{"NoClientCert", ClientAuth::None}, Row{"RequestClientCert", ClientAuth::Request},
          Row{"RequireAnyClientCert", ClientAuth::RequireAny},
          Row{"RequireClientCert", ClientAuth::RequireAny},
          Row{"VerifyClientCertIfGiven", ClientAuth::VerifyIfGiven},
          Row{"RequireAndVerifyClientCert", ClientAuth::RequireAndVerify}}) {
      const auto config = parse_web_config(
          "tls_server_config: {cert_file: c, key_file: k, client_auth_type: " + std::string(row.name) + "}\n",
          "web.yml", "/etc");
      REQUIRE(config);
      CHECK(config->tls.client_auth == row.auth);
      CHECK(config->tls.cert_file == "/etc/c");
    }
  }

  TEST_CASE("what is wrong is named with its place") {
    CHECK(error_of("tls_server_config:\n  cert_filse: x\n").find("web.yml: line 2") == 0);
    CHECK(error_of("nonsense: 1\n").find("nonsense") != std::string::npos);
    CHECK(error_of("http_server_config: {headers: {Content-Type: foo}}\n").find("Content-Type") !=
          std::string::npos);
    CHECK(error_of("http_server_config: {headers: {x-frame-options: deny}}\n").find("x-frame-options") !=
          std::string::npos);
    CHECK(error_of("http_server_config: {headers: {X-Frame-Options: DENY}}\n").find("DENY") !=
          std::string::npos);
    CHECK(error_of("tls_server_config: {cert: x}\n").find("want one of key and key_file") !=
          std::string::npos);
    CHECK(error_of("tls_server_config: {client_auth_type: Sometimes}\n").find("client_auth_type") !=
          std::string::npos);
    CHECK(error_of("tls_server_config: {curve_preferences: [P257]}\n").find("P257") != std::string::npos);
    CHECK(error_of("tls_server_config: {cert: c, key: k, client_ca: a}\n").find("client_auth_type") !=
          std::string::npos);
    CHECK(error_of("rate_limit: {interval: 5x}\n").find("rate_limit.interval") != std::string::npos);
  }

  TEST_CASE("a password that is no bcrypt hash is refused and not shown") {
    const std::string error = error_of("basic_auth_users: {alice: hunter2}\n");
    CHECK(error.find("alice") != std::string::npos);
    CHECK(error.find("hunter2") == std::string::npos);
  }

  TEST_CASE("certificates are named when they cannot be used") {
    const auto policy_error = [](std::string_view text) {
      const auto config = parse_web_config(text, "web.yml", "");
      REQUIRE(config);
      const auto policy = load_tls_policy(*config);
      REQUIRE_FALSE(policy);
      return policy.error().message();
    };
    CHECK(policy_error("tls_server_config: {cert_file: /nonexistent/x, key_file: y}\n")
              .find("tls_server_config.cert_file") != std::string::npos);
    CHECK(policy_error("tls_server_config: {cert: x, key: y}\n").find("tls_server_config.cert ") !=
          std::string::npos);
    const std::string pem = "\"-----BEGIN X-----\\n-----END X-----\"";
    CHECK(policy_error("tls_server_config: {cert: " + pem + ", key: " + pem + "}\n")
              .find("cannot use the certificate and key") != std::string::npos);
  }

}  // TEST_SUITE
