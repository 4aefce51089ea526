#include "exporters/blackbox/module.h"

#include <doctest/doctest.h>

#include <string>

#include "common/yaml/writer.h"

namespace sonde::blackbox {

TEST_SUITE("blackbox/module") {
  TEST_CASE("a module of nothing has no prober and is refused") {
    Config config;
    for (const char* text : {"modules:\n  a:\n", "modules: {a: ~}", "modules: {a: {}}"}) {
      CAPTURE(text);
      const Status loaded = yaml::load(text, "f", config);
      REQUIRE_FALSE(loaded);
      CHECK(loaded.error().message().find("prober must be set") != std::string::npos);
    }
  }

  TEST_CASE("a module asks for its targets' domains only when it says so") {
    const auto read = [](std::string_view text, Module& out) { return yaml::load(text, "f", out); };
    Module module;
    REQUIRE(read("{prober: http}", module));
    CHECK_FALSE(module.domain_expiry.enabled);
    REQUIRE(read("{prober: http, domain_expiry: {}}", module));
    CHECK(module.domain_expiry.enabled);
    CHECK(module.domain_expiry.bootstrap_url == "https://data.iana.org/rdap/dns.json");
    REQUIRE(read("{prober: tcp, domain_expiry: {bootstrap_url: 'http://127.0.0.1/a'}}", module));
    CHECK(module.domain_expiry.bootstrap_url == "http://127.0.0.1/a");
    for (const char* text :
         {"{prober: http, domain_expiry: }", "{prober: http, domain_expiry: {bootstrap_url: a}}",
          "{prober: http, domain_expiry: {url: 'http://a/'}}", "{prober: unix, domain_expiry: {}}"}) {
      CAPTURE(text);
      CHECK_FALSE(read(text, module));
    }
  }

  TEST_CASE("no secret of a module is shown and all else is") {
    const auto module = yaml::parse(R"(
prober: http
http:
  method: POST
  headers: {Authorization: Bearer s3cret1, X-Plain: shown1}
  basic_auth: {username: shown2, password: s3cret2}
  authorization: {type: Bearer, credentials: s3cret3}
  tls_config: {key: s3cret4, key_file: shown3}
  http_headers:
    X-Token: {values: [shown4], secrets: [s3cret5, s3cret6]}
  proxy_url: http://shown5:s3cret7@proxy:3128
  proxy_connect_header:
    Proxy-Authorization: [s3cret8]
  oauth2: {client_id: shown6, client_secret: s3cret9, client_certificate_key: s3cret10}
)",
                                    "test");
    REQUIRE(module);
    const std::string page = yaml::write(hide_secrets(*module));
    CAPTURE(page);
    CHECK(page.find("s3cret") == std::string::npos);
    for (int i = 1; i <= 6; ++i) CHECK(page.find("shown" + std::to_string(i)) != std::string::npos);
    CHECK(page.find("http://shown5:xxxxx@proxy:3128") != std::string::npos);
  }
}

}  // namespace sonde::blackbox
