#include "exporters/blackbox/dns_target.h"

#include <doctest/doctest.h>

namespace sonde::blackbox {
namespace {

DnsModule module() {
  DnsModule out;
  out.query_name = "of.module";
  out.query_type = "A";
  return out;
}

DnsTarget read(const std::string& target, const DnsModule& of = module()) {
  auto out = read_dns_target(target, of);
  CAPTURE(target);
  REQUIRE(out);
  return *std::move(out);
}

}  // namespace

TEST_SUITE("blackbox/dns_target") {
  TEST_CASE("a server gets the module's question") {
    const auto target = read("192.0.2.53:5353");
    CHECK(target.server.host == "192.0.2.53");
    CHECK(target.server.port == "5353");
    CHECK(target.query_name == "of.module");
    CHECK(target.query_type == "A");
    CHECK(target.query_class == "IN");
    CHECK(read("ns.example.org").server.port == "53");
    CHECK(read("2001:db8::1").server.host == "2001:db8::1");
  }

  TEST_CASE("a DNS URI has its own") {  // The examples of RFC 4501, section 4, with a server.
    const auto target = read("dns://192.168.1.1/ftp.example.org?type=A");
    CHECK(target.server.host == "192.168.1.1");
    CHECK(target.server.port == "53");
    CHECK(target.query_name == "ftp.example.org");
    CHECK(target.query_type == "A");
    CHECK(read("dns://a/world%20wide%20web%2Eexample?TYPE=TXT").query_name == "world wide web.example");
    CHECK(read("DNS://a/b?clAsS=ch;TYPE=txt").query_class == "CH");
    CHECK(read("DNS://a/b?clAsS=ch;TYPE=txt").query_type == "TXT");
    CHECK(read("dns://a/b").query_type == "A");
    CHECK(read("dns://[2001:db8::1]/b").server.host == "2001:db8::1");
    CHECK(read("dns://[2001:db8::1]:99/b").server.port == "99");
    DnsModule tls = module();
    tls.dns_over_tls = true;
    CHECK(read("dns://a/b", tls).server.port == "853");
  }

  TEST_CASE("a DNS URI that cannot be asked is refused") {
    for (const char* target :
         {"dns://", "dns://a", "dns://a/", "dns:///b", "dns://a/%zz", "dns://a/b?type=NONSENSE",
          "dns://a/b?class=NONSENSE", "dns://a/b?type", "dns://a/b?x=y", "dns://a/b?type=A;"}) {
      CAPTURE(target);
      const auto out = read_dns_target(target, module());
      REQUIRE_FALSE(out);
      CHECK(out.error().code() == ErrorCode::InvalidArgument);
    }
  }
}

}  // namespace sonde::blackbox
