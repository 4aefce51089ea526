#include "exporters/blackbox/name_files.h"

#include <doctest/doctest.h>

namespace sonde::blackbox {

using Texts = std::vector<std::string>;

// hosts(5), resolv.conf(5) and nsswitch.conf(5).
TEST_SUITE("blackbox/name_files") {
  TEST_CASE("hosts gives all addresses of a name or alias") {
    constexpr std::string_view kHosts =
        "127.0.0.1 localhost\n# 192.0.2.9 commented\n::1\tlocalhost ip6-localhost # local\n\n192.0.2.1 "
        "Web.Test. www";
    CHECK(find_in_hosts(kHosts, "localhost") == Texts{"127.0.0.1", "::1"});
    CHECK(find_in_hosts(kHosts, "web.test") == Texts{"192.0.2.1"});
    CHECK(find_in_hosts(kHosts, "WWW.") == Texts{"192.0.2.1"});
    CHECK(find_in_hosts(kHosts, "commented").empty());
    CHECK(find_in_hosts(kHosts, "local").empty());
    CHECK(find_in_hosts("", "a").empty());
  }

  TEST_CASE("resolv.conf's lines and caps") {
    const auto settings = parse_resolv_conf(
        "; comment\nnameserver 192.0.2.53\nnameserver 2001:db8::53 # two\nnameserver 192.0.2.54\nnameserver "
        "192.0.2.55\n"
        "domain old.test\nsearch a.test b.test.\noptions ndots:20 timeout:2 attempts:9 rotate\n");
    CHECK(settings.servers == Texts{"192.0.2.53", "2001:db8::53", "192.0.2.54"});
    CHECK(settings.search == Texts{"a.test", "b.test"});
    CHECK(settings.ndots == 15);
    CHECK(settings.timeout_seconds == 2);
    CHECK(settings.attempts == 5);
    const auto none = parse_resolv_conf("nameserver\noptions ndots:x timeout:-1 attempts:0");
    CHECK(none.servers == Texts{"127.0.0.1"});
    CHECK(none.ndots == 1);
    CHECK(none.timeout_seconds == 5);
    CHECK(none.attempts == 1);
  }

  TEST_CASE("other sources than files and dns are seen") {
    CHECK(uses_files_and_dns_only("passwd: files\nhosts:  files dns\n"));
    CHECK(uses_files_and_dns_only("passwd: files\n"));
    CHECK(uses_files_and_dns_only(""));
    CHECK_FALSE(uses_files_and_dns_only("hosts: files mdns4_minimal [NOTFOUND=return] dns"));
    CHECK_FALSE(uses_files_and_dns_only("hosts: files resolve dns"));
  }

  TEST_CASE("search domains come first for names of few dots") {
    ResolverSettings settings;
    settings.search = {"x.test", "y.test"};
    CHECK(names_to_ask("a", settings) == Texts{"a.x.test", "a.y.test", "a"});
    CHECK(names_to_ask("a.b", settings) == Texts{"a.b", "a.b.x.test", "a.b.y.test"});
    CHECK(names_to_ask("a.", settings) == Texts{"a"});
    settings.ndots = 2;
    CHECK(names_to_ask("a.b", settings) == Texts{"a.b.x.test", "a.b.y.test", "a.b"});
  }
}

}  // namespace sonde::blackbox
