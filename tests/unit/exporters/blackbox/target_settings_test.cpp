#include "exporters/blackbox/target_settings.h"

#include <doctest/doctest.h>

#include <string>

namespace sonde::blackbox {
namespace {

constexpr std::string_view kModules = R"(modules:
  web:
    prober: http
    timeout: 3s
    http:
      method: POST
      headers: {X-Made: here, X-Kept: "1"}
      body: module's
      basic_auth: {username: a, password: b}
      valid_status_codes: [200, 204]
  bare: {prober: http}
  name: {prober: dns, dns: {query_name: a}}
)";

Config modules() {
  Config out;
  REQUIRE(yaml::load(kModules, "modules.yml", out));
  return out;
}

Module changed(std::string_view text, const std::string& module = "web") {
  Config config = modules();
  const Status read = read_target_settings(text, "targets.yml", config);
  CAPTURE(text);
  if (!read) MESSAGE(read.error().message());
  REQUIRE(read);
  return config.targets.at({module, "t"});
}

std::string refusal(std::string_view text) {
  Config config = modules();
  const Status read = read_target_settings(text, "targets.yml", config);
  CAPTURE(text);
  REQUIRE_FALSE(read);
  return read.error().message();
}

}  // namespace

TEST_SUITE("blackbox/target_settings") {
  TEST_CASE("a target's keys lie over its module's") {
    const Module module = changed(R"(targets:
- target: t
  module: web
  http:
    headers: {x-made: there, X-New: "2"}
    body_file: /tmp/body
    authorization: {credentials: token}
    valid_status_codes: [201]
)");
    CHECK(module.name == "web");
    CHECK(module.timeout.count() == 3000);
    CHECK(module.http.method == "POST");
    CHECK(module.http.headers ==
          std::map<std::string, std::string>{{"X-Kept", "1"}, {"X-New", "2"}, {"x-made", "there"}});
    CHECK(module.http.body.empty());
    CHECK(module.http.body_file == "/tmp/body");
    CHECK(module.http.client.basic_auth.username.empty());
    CHECK(module.http.client.authorization.credentials.text == "token");
    CHECK(module.http.valid_status_codes == std::vector<int>{201});
  }

  TEST_CASE("a module without a section gets one and any prober has its own") {
    CHECK(changed("targets: [{target: t, module: bare, http: {method: HEAD}}]", "bare").http.method ==
          "HEAD");
    CHECK(changed("targets: [{target: t, module: name, dns: {query_type: MX}}]", "name").dns.query_type ==
          "MX");
    CHECK(changed("targets: [{target: t, module: name, dns: {query_type: MX}}]", "name").dns.query_name ==
          "a");
  }

  TEST_CASE("the same target may have an entry for each module") {
    Config config = modules();
    CHECK(
        read_target_settings("targets:\n- {target: t, module: web, http: {method: PUT}}\n"
                             "- {target: t, module: bare, http: {method: HEAD}}\n",
                             "f", config));
    CHECK(config.targets.size() == 2);
    CHECK(config.modules.at("web").http.method == "POST");
    CHECK(read_target_settings("targets:\n", "f", config));
    CHECK(read_target_settings("", "f", config));
  }

  TEST_CASE("mistakes are named by file and line and key") {
    const auto names = [](const std::string& message, std::string_view line, std::string_view what) {
      CAPTURE(message);
      CHECK(message.find("targets.yml: " + std::string(line)) != std::string::npos);
      CHECK(message.find(what) != std::string::npos);
    };
    names(refusal("targets:\n- module: web\n  http: {}\n"), "line 2", "target must be set");
    names(refusal("targets:\n- target: t\n  module: nope\n"), "line 3", "there is no module \"nope\"");
    names(refusal("targets:\n- target: t\n  module: web\n"), "line 2", "below \"http\"");
    names(refusal("targets:\n- target: t\n  module: web\n  tcp: {tls: true}\n"), "line 4", "tcp");
    names(refusal("targets:\n- target: t\n  module: web\n  http:\n    heders: {}\n"), "line 5", "heders");
    names(refusal("targets:\n- target: t\n  module: web\n  http:\n    body: a\n    body_file: b\n"), "line",
          "body");
    names(refusal("targets:\n- target: t\n  module: web\n  http: [a]\n"), "line 4", "http");
    names(refusal("targets:\n- {target: t, module: web, http: {}}\n- {target: t, module: web, http: {}}\n"),
          "line 3", "already");
    names(refusal("targets: {t: {}}\n"), "line 1", "targets");
    names(refusal("target: []\n"), "line 1", "target");
  }

  TEST_CASE("a file has at most 10000 targets") {
    std::string text = "targets:\n";
    for (size_t i = 0; i <= kTargetSettingsMax; ++i)
      text += "- {target: t" + std::to_string(i) + ", module: bare, http: {}}\n";
    CHECK(refusal(text).find("more than 10000 targets") != std::string::npos);
  }
}

}  // namespace sonde::blackbox
