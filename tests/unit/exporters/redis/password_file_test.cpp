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

  TEST_CASE("an address has its own password or that of the longest pattern") {
    const Passwords passwords{{"redis://a:1", "own"},
                              {"redis://*", "all"},
                              {"redis://*.test:6379", "test"},
                              {"redis://u@*:1", "user"},
                              {"rediss://a:*", "tls"}};
    const auto found = [&](std::string_view address) {
      const std::string* password = find_password(passwords, address);
      return password == nullptr ? std::string("none") : *password;
    };
    CHECK(found("redis://a:1") == "own");
    CHECK(found("redis://b:1") == "all");
    CHECK(found("redis://x.y.test:6379") == "test");
    CHECK(found("redis://x.test:6380") == "all");
    CHECK(found("redis://u@b:1") == "user");
    CHECK(found("rediss://a:7") == "tls");
    CHECK(found("rediss://b:7") == "none");
    CHECK(find_password({}, "redis://a:1") == nullptr);
    CHECK(find_password({{"*a*a*a*a*a*a*a*a*b", "x"}}, "redis://" + std::string(5000, 'a')) == nullptr);
  }
}

}  // namespace sonde::redis
