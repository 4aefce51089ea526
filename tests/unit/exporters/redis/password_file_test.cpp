#include "exporters/redis/password_file.h"

#include <doctest/doctest.h>

namespace sonde::redis {

TEST_SUITE("redis/password_file") {
  TEST_CASE("an object of texts is taken and all else is refused without its values") {
    const auto good = parse_password_file(R"({"redis://a:1": "p", "redis://u@b:2": ""})");
    REQUIRE(good);
    CHECK(good->at("redis://a:1") == "p");
    for (const std::string_view text : {"", "[]", "{", R"({"a": 1})", R"({"a": ["secret"]})"}) {
      CAPTURE(text);
      const auto bad = parse_password_file(text);
      REQUIRE_FALSE(bad);
      CHECK(bad.error().message().find("secret") == std::string::npos);
    }
  }
}

}  // namespace sonde::redis
