#include "exporters/redis/address.h"

#include <doctest/doctest.h>

namespace sonde::redis {

TEST_SUITE("redis/address") {
  TEST_CASE("addresses are written without their secrets") {
    const auto plain = [](std::string_view text) { return write_address(*parse_address(text)); };
    CHECK(plain("host") == "redis://host:6379");
    CHECK(plain("host:1") == "redis://host:1");
    CHECK(plain("redis://u:p@w@host:1/2") == "redis://host:1");
    CHECK(plain("valkey://[::1]:7") == "redis://[::1]:7");
    CHECK(plain("rediss://u:p@host") == "rediss://host:6379");
    CHECK(plain("valkeys://host:1") == "rediss://host:1");
    CHECK(parse_address("valkeys://host")->tls);
    CHECK_FALSE(parse_address("redis://host")->tls);
    CHECK(plain("unix:///run/r.sock") == "unix:///run/r.sock");
    CHECK(parse_address("redis://u:p@w@host/2")->password == "p@w");
    CHECK(parse_address("redis://u:p@w@host/2")->database == 2);
  }

  TEST_CASE("the user stands before the host") {
    CHECK(write_address_with_user(*parse_address("rediss://u:p@host")) == "rediss://u@host:6379");
    CHECK(write_address_with_user(*parse_address("host")) == "redis://host:6379");
    CHECK(write_address_with_user(*parse_address("unix:///run/r.sock")) == "unix:///run/r.sock");
  }

  TEST_CASE("bad addresses are refused") {
    for (const std::string_view text :
         {"", "http://x", "x:0", "x:65536", "x:y", "[::1", "redis://x/db", "unix://", "redis://", "x:1:2"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_address(text));
    }
  }

  TEST_CASE("an error says the address without user and password") {
    const auto message = [](std::string_view text) { return parse_address(text).error().message(); };
    CHECK(message("redis://u:s3cret@host:0").starts_with("invalid address \"redis://***@host:0\""));
    CHECK(message("rediss://:s3cret@host:0").starts_with("invalid address \"rediss://***@host:0\""));
    CHECK(message("u:s3://cret@host:0").find("cret") == std::string::npos);
    CHECK(message("s3cret@x:1:2").find("s3cret") == std::string::npos);
  }
}

}  // namespace sonde::redis
