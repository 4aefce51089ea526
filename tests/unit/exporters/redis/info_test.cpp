#include "exporters/redis/info.h"

#include <doctest/doctest.h>

namespace sonde::redis {

TEST_SUITE("redis/info") {
  TEST_CASE("lines have their section and values may hold colons") {
    const Info info("# Server\r\nos:Linux:6\r\n\r\n# Keyspace\r\ndb0:keys=1,expires=0\r\nrubbish\r\n");
    REQUIRE(info.lines().size() == 2);
    CHECK(info.get("os") == "Linux:6");
    CHECK(info.lines()[1].section == "Keyspace");
    CHECK(info.get("absent") == "");
    CHECK(get_part(info.get("db0"), "expires") == "0");
    CHECK(get_part(info.get("db0"), "ttl") == "");
  }
}

}  // namespace sonde::redis
