#include "scraper/ctl/watch_target.h"

#include <doctest/doctest.h>

namespace sonde::ctl {
namespace {

std::string module_of(std::string_view url, const WatchOptions& options = {}) {
  const auto target = parse_watched(url, options);
  CAPTURE(url);
  REQUIRE(target);
  return target->module;
}

std::string refusal(std::string_view url, const WatchOptions& options = {}) {
  const auto target = parse_watched(url, options);
  CAPTURE(url);
  REQUIRE_FALSE(target);
  return target.error().message();
}

}  // namespace

TEST_SUITE("ctl/watch_target") {
  TEST_CASE("the scheme says the module") {
    CHECK(module_of("https://example.org/") == "http_2xx");
    CHECK(module_of("http://example.org:8080/a?b=c") == "http_2xx");
    CHECK(module_of("tcp://example.org:25") == "tcp_connect");
    CHECK(module_of("tls://[2001:db8::1]:993") == "tls_connect");
    CHECK(module_of("icmp://192.0.2.1") == "icmp");
    CHECK(module_of("icmp://[2001:db8::1]") == "icmp");
    CHECK(module_of("dns://192.0.2.53/example.org") == "dns");
    CHECK(module_of("dns://[::1]:5353/example.org?type=MX") == "dns");
    CHECK(parse_watched("HTTPS://Example.org/", {})->url == "https://Example.org/");
  }

  TEST_CASE("insecure and module choose another one") {
    CHECK(module_of("https://example.org/", {.insecure = true, .module = ""}) == "http_insecure");
    CHECK(module_of("tls://example.org:993", {.insecure = true, .module = ""}) == "tls_insecure");
    CHECK(module_of("https://example.org/", {.insecure = false, .module = "mine"}) == "mine");
    CHECK(refusal("icmp://a", {.insecure = true, .module = ""}).find("--insecure has no effect on icmp://") !=
          std::string::npos);
    CHECK(refusal("https://a", {.insecure = true, .module = "b"}).find("exclude each other") !=
          std::string::npos);
    CHECK(refusal("https://a", {.insecure = false, .module = "b c"}).find("not the name of a module") !=
          std::string::npos);
    CHECK(refusal("https://a", {.insecure = false, .module = std::string(129, 'm')}).find("module") !=
          std::string::npos);
  }

  TEST_CASE("what is wrong is said with the form that is right") {
    CHECK(refusal("example.org").find("such as https://example.org") != std::string::npos);
    CHECK(refusal("gopher://example.org").find("dns://, http://, https://, icmp://, tcp://, tls://") !=
          std::string::npos);
    for (const char* url : {"tcp://example.org", "tcp://:25", "tcp://a:0", "tcp://a:65536", "tcp://a:b",
                            "tcp://a:25/x", "tls://[::1]", "tcp://[::1", "tcp://[::1]25", "tcp://::1:25"})
      CHECK(refusal(url).find("want a host and a port") != std::string::npos);
    for (const char* url : {"icmp://", "icmp://a:1", "icmp://a/"})
      CHECK(refusal(url).find("want a host and nothing else") != std::string::npos);
    for (const char* url :
         {"dns://192.0.2.53", "dns://192.0.2.53/", "dns:///a", "dns://a/b/c", "dns://a:x/b"})
      CHECK(refusal(url).find("want a server and a name") != std::string::npos);
    for (const char* url : {"https://", "http://a b/", "https://a\n", "http://a:99999999/"}) refusal(url);
  }

  TEST_CASE("a password is neither taken nor repeated") {
    const std::string said = refusal("https://user:correct-horse@example.org/");
    CHECK(said.find("correct-horse") == std::string::npos);
    CHECK(said.find("would be on every page") != std::string::npos);
    CHECK(module_of("https://example.org/@home") == "http_2xx");
  }

  TEST_CASE("a URL has at most 2048 bytes") {
    const std::string head = "https://example.org/";
    CHECK(module_of(head + std::string(2048 - head.size(), 'a')) == "http_2xx");
    CHECK(refusal(head + std::string(2049 - head.size(), 'a')).find("longer than 2048 bytes") !=
          std::string::npos);
  }
}

}  // namespace sonde::ctl
