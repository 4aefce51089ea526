#include "exporters/blackbox/rdap_answer.h"

#include <doctest/doctest.h>

#include <string>

namespace sonde::blackbox {
namespace {

using Names = std::vector<std::string>;

// RFC 9224, section 4, with its reserved names.
constexpr std::string_view kServers = R"({
  "version": "1.0",
  "publication": "2024-01-07T10:11:12Z",
  "description": "Some text",
  "services": [
    [["net", "com"], ["https://registry.example.com/myrdap/"]],
    [["org", "mytld"], ["https://example.org/"]],
    [["xn--zckzah"], ["https://example.net/rdap/xn--zckzah/", "http://example.net/rdap/xn--zckzah/"]],
    [["plain"], ["http://plain.example", "ftp://plain.example/"]],
    [["none"], ["gopher://none.example/"]]
  ]
})";

// Of RFC 9083, section 5.3, figure 24, as far as it matters.
constexpr std::string_view kDomain = R"({
  "objectClassName": "domain",
  "handle": "XXXX",
  "ldhName": "xn--fo-5ja.example",
  "status": ["locked", "transfer prohibited"],
  "events": [
    {"eventAction": "registration", "eventDate": "1990-12-31T23:59:59Z"},
    {"eventAction": "last changed", "eventDate": "1991-12-31T23:59:59Z", "eventActor": "joe@example.com"},
    {"eventAction": "expiration", "eventDate": "2016-12-31T23:59:59Z", "eventActor": "joe@example.com"}
  ]
})";

}  // namespace

TEST_SUITE("blackbox/rdap_answer") {
  TEST_CASE("a domain's server is that of its longest ending") {
    const auto servers = read_rdap_servers(kServers);
    REQUIRE(servers);
    CHECK(find_rdap_server(*servers, "example.com") == "https://registry.example.com/myrdap/");
    CHECK(find_rdap_server(*servers, "a.b.org") == "https://example.org/");
    CHECK(find_rdap_server(*servers, "x.xn--zckzah") == "https://example.net/rdap/xn--zckzah/");
    CHECK(find_rdap_server(*servers, "x.plain") == "http://plain.example/");
    CHECK(find_rdap_server(*servers, "x.none").empty());
    CHECK(find_rdap_server(*servers, "example").empty());
    CHECK(find_rdap_server({{"uk", "a"}, {"co.uk", "b"}}, "example.co.uk") == "b");
  }

  TEST_CASE("a domain's end is its event of that name") {
    const auto expiry = read_domain_expiry(kDomain);
    REQUIRE(expiry);
    CHECK(*expiry == 1483228799);  // date -d 2016-12-31T23:59:59Z +%s
    CHECK_FALSE(*read_domain_expiry(R"({"objectClassName": "domain"})"));
    CHECK_FALSE(*read_domain_expiry(
        R"({"events": [{"eventAction": "registration", "eventDate": "1990-12-31T23:59:59Z"}]})"));
    CHECK_FALSE(read_domain_expiry(R"({"events": [{"eventAction": "expiration", "eventDate": "soon"}]})"));
    CHECK_FALSE(read_domain_expiry(R"({"events": [{"eventAction": "expiration"}]})"));
  }

  TEST_CASE("answers cut anywhere and of other shapes are errors or say nothing") {
    for (size_t size = 0; size < kServers.size(); ++size)
      CHECK_FALSE(read_rdap_servers(kServers.substr(0, size)));
    for (size_t size = 0; size < kDomain.size(); ++size)
      CHECK_FALSE(read_domain_expiry(kDomain.substr(0, size)));
    for (const char* text : {"[]", "1", "null", "\"a\"", "{\"services\": {}}", "{}"})
      CHECK_FALSE(read_rdap_servers(text));
    for (
        const char* text :
        {R"({"services": [1, [], [[], []], [["a"]], [["a"], [1]], [[1], ["http://a/"]], [["a"], "http://a/"]]})"})
      CHECK(read_rdap_servers(text)->empty());
    for (const char* text : {R"({"events": 1})", R"({"events": [1, null, [], "x", {}, {"eventAction": 1}]})"})
      CHECK_FALSE(*read_domain_expiry(text));
    CHECK_FALSE(read_domain_expiry(std::string(100, '[')));
    CHECK_FALSE(read_domain_expiry("{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}"));
  }

  TEST_CASE("dates are those of RFC 3339") {
    CHECK(parse_rfc3339_seconds("1985-04-12T23:20:50.52Z") == 482196050);  // Its examples, section 5.8.
    CHECK(parse_rfc3339_seconds("1996-12-19T16:39:57-08:00") == 851042397);
    CHECK(parse_rfc3339_seconds("1937-01-01T12:00:27.87+00:20") == -1041337173);
    CHECK(parse_rfc3339_seconds("1970-01-01t00:00:00z") == 0);
    for (const char* text : {"", "1985-04-12", "1985-04-12T23:20:50", "1985-13-12T23:20:50Z",
                             "1985-04-32T23:20:50Z", "1985-04-12T24:20:50Z", "1985-04-12T23:20:50.Z",
                             "1985-04-12T23:20:50.5", "1985/04-12T23:20:50Z", "1985-04-12T23:20:50+1:00",
                             "1985-04-12T23:20:50+25:00", "1985-04-12T23:20:50Zx", "198a-04-12T23:20:50Z"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_rfc3339_seconds(text));
    }
  }

  TEST_CASE("what may be registered are a name's endings, shortest first") {
    CHECK(registrable_names("www.shop.Example.co.uk") ==
          Names{"co.uk", "example.co.uk", "shop.example.co.uk", "www.shop.example.co.uk"});
    CHECK(registrable_names("a.b.c.d.e.f").size() == 4);
    CHECK(registrable_names("example.org.") == Names{"example.org"});
    for (const char* host :
         {"", "localhost", "192.0.2.1", "2001:db8::1", ".org", "a..b", "a/b.org", "a b.org", "."}) {
      CAPTURE(host);
      CHECK(registrable_names(host).empty());
    }
    CHECK(registrable_names(std::string(250, 'a') + ".org").empty());
  }
}

}  // namespace sonde::blackbox
