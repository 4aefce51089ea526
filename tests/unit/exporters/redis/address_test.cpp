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
    CHECK(plain("unix:///run/r.sock") == "unix:///run/r.sock");
    CHECK(parse_address("redis://u:p@w@host/2")->password == "p@w");
    CHECK(parse_address("redis://u:p@w@host/2")->database == 2);
  }

  TEST_CASE("bad addresses are refused") {
    for (const std::string_view text :
         {"", "http://x", "x:0", "x:65536", "x:y", "[::1", "redis://x/db", "unix://", "redis://", "x:1:2"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_address(text));
    }
    CHECK(parse_address("rediss://x").error().code() == ErrorCode::Unsupported);
  }
}

}  // namespace sonde::redis
