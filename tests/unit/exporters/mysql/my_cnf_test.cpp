#include "exporters/mysql/my_cnf.h"

#include <doctest/doctest.h>

#include <string>

namespace sonde::mysql {
namespace {

std::optional<std::string> environment(std::string_view name) {
  if (name == "SECRET") return "from env";
  return std::nullopt;
}

MyCnf parse(std::string_view text) {
  auto parsed = MyCnf::parse(text, environment);
  REQUIRE(parsed);
  return std::move(*parsed);
}

}  // namespace

TEST_SUITE("mysql/my_cnf") {
  TEST_CASE("a section says how to connect") {
    const auto endpoint = parse("# comment\n[client]\nuser = exporter\npassword=a#b;c\nhost=db1\nport=3307\n")
                              .endpoint("client");
    REQUIRE(endpoint);
    CHECK(endpoint->user == "exporter");
    CHECK(endpoint->password == "a#b;c");
    CHECK(endpoint->host == "db1");
    CHECK(endpoint->port == 3307);
    CHECK(endpoint->tls == Endpoint::Tls::Off);
  }

  TEST_CASE("quotes are stripped and variables expanded") {
    const auto endpoint = parse("[client]\nuser=\"u x\"\npassword=<${SECRET}${NONE}>\n").endpoint("client");
    REQUIRE(endpoint);
    CHECK(endpoint->user == "u x");
    CHECK(endpoint->password == "<from env>");
    CHECK(endpoint->host == "localhost");
    CHECK(endpoint->port == 3306);
  }

  TEST_CASE("a dotted section inherits from its parents") {
    const MyCnf file =
        parse("[client]\nuser=u\npassword=p\n[client.servers]\nuser=s\n[client.servers.eu]\nport=1\n");
    const auto endpoint = file.endpoint("client.servers.eu");
    REQUIRE(endpoint);
    CHECK(endpoint->user == "s");
    CHECK(endpoint->password == "p");
    CHECK(endpoint->port == 1);
  }

  TEST_CASE("TLS is off unless asked for and verifies unless told not to") {
    const auto tls = [](const std::string& keys) {
      return parse("[client]\nuser=u\n" + keys).endpoint("client")->tls;
    };
    CHECK(tls("ssl-ca=/ca.pem\n") == Endpoint::Tls::Verify);
    CHECK(tls("tls=true\n") == Endpoint::Tls::Verify);
    CHECK(tls("tls=skip-verify\n") == Endpoint::Tls::Encrypt);
    CHECK(tls("ssl-ca=/ca.pem\nssl-skip-verfication\n") == Endpoint::Tls::Encrypt);
    CHECK(parse("[client]\nuser=u\ntls-min-version=TLSv1.2\n").endpoint("client")->tls_versions ==
          "TLSv1.2,TLSv1.3");
  }

  TEST_CASE("what is wrong is named") {
    const auto bad = [](std::string_view text, std::string_view message) {
      CAPTURE(text);
      const auto parsed = MyCnf::parse(text, environment);
      const auto endpoint = parsed ? parsed->endpoint("client") : Result<Endpoint>(parsed.error());
      REQUIRE_FALSE(endpoint);
      CHECK(endpoint.error().message().find(message) != std::string::npos);
    };
    bad("", "no section [client]");
    bad("[client]\nhost=x\n", "no user specified in section [client]");
    bad("\nuser=u\n", "line 2: a key before the first [section]");
    bad("[client\nuser=u\n", "line 1: a section's name ends with ]");
    bad("[client]\nuser=u\nport=70000\n", "port \"70000\" is not a port number");
    bad("[client]\nuser=u\ntls-min-version=SSLv3\n", "TLSv1.0 to TLSv1.3");
  }

  TEST_CASE("a file above the limit is refused") {
    CHECK(MyCnf::parse(std::string(MyCnf::kFileBytesMax, '\n'), environment));
    CHECK_FALSE(MyCnf::parse(std::string(MyCnf::kFileBytesMax + 1, '\n'), environment));
  }

  TEST_CASE("a target is host and port or a socket") {
    Endpoint endpoint;
    REQUIRE(set_target("db:3307", endpoint));
    CHECK(endpoint.host == "db");
    CHECK(endpoint.port == 3307);
    REQUIRE(set_target("[::1]:3306", endpoint));
    CHECK(endpoint.host == "::1");
    REQUIRE(set_target("unix:///run/mysqld/mysqld.sock", endpoint));
    CHECK(endpoint.socket == "/run/mysqld/mysqld.sock");
    CHECK(endpoint.host.empty());
    for (const std::string_view good : {"127.0.0.1:1", "db-1.example.org:65535", "db.:3306", "my_db:3306"}) {
      CAPTURE(good);
      CHECK(set_target(good, endpoint));
    }
    for (const std::string_view bad : {"db", "db:", "db:0", "db:65536", ":3306", "::1:3306", "db:x"}) {
      CAPTURE(bad);
      CHECK_FALSE(set_target(bad, endpoint));
    }
  }

  TEST_CASE("a target that is no host and no path changes nothing") {
    Endpoint endpoint;
    endpoint.host = "before";
    const std::string long_label(254, 'a');
    const std::string long_path = "unix:///" + std::string(107, 'a');
    for (const std::string& bad :
         {std::string("db/mysql:3306"),    std::string("db?x=1:3306"),     std::string("user@db:3306"),
          std::string("a b:3306"),         std::string("db\n:3306"),       std::string("db\0:3306", 8),
          std::string("-db:3306"),         std::string("a..b:3306"),       std::string(".:3306"),
          std::string("[db]:3306"),        std::string("[::1:3306"),       std::string("[::1%25lo]:3306"),
          std::string("[]:3306"),          std::string("\xC3\xA9:3306"),   std::string("tcp://db:3306"),
          std::string("pipe://x:1"),       std::string("db:3306/x"),       std::string("db:+1"),
          std::string("unix://"),          std::string("unix://relative"), std::string("unix:///a b"),
          std::string("unix:///a\0b", 11), long_label + ":3306",           long_path}) {
      CAPTURE(bad);
      const auto set = set_target(bad, endpoint);
      REQUIRE_FALSE(set);
      CHECK(set.error().code() == ErrorCode::InvalidArgument);
      CHECK(endpoint.host == "before");
      CHECK(endpoint.socket.empty());
    }
  }
}

}  // namespace sonde::mysql
