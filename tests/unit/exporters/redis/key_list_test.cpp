#include "exporters/redis/key_list.h"

#include <doctest/doctest.h>

namespace sonde::redis {
namespace {

std::string written(std::string_view text) {
  const auto names = parse_key_list(text);
  std::string out;
  for (const KeyName& name : *names) out += std::to_string(name.database) + ":" + name.text + " ";
  return out;
}

}  // namespace

TEST_SUITE("redis/key_list") {
  // The forms of the reference's tests for its key arguments.
  TEST_CASE("keys have a database of theirs or that of number 0") {
    CHECK(written("") == "");
    CHECK(written("simple") == "0:simple ");
    CHECK(written("db3=my key,3=a, db0 = b ,,") == "3:my key 3:a 0:b ");
    CHECK(written("my%3Dkey%2C,a+b") == "0:my=key, 0:a b ");
    CHECK(written("db1=") == "");
  }

  TEST_CASE("items that are none are refused with their text") {
    for (const char* item : {"db1=a=b", "wrong=a", "-1=a", "db1000001=a", "a%2", "a%zz", "dbdb1=a", "=a"}) {
      CAPTURE(item);
      const auto bad = parse_key_list(std::string("good,") + item);
      REQUIRE_FALSE(bad);
      CHECK(bad.error().message().find(item) != std::string::npos);
    }
  }

  TEST_CASE("patterns have characters of SCAN") {
    for (const char* pattern : {"a*", "a?", "[a]", "a^"}) CHECK(is_pattern(pattern));
    for (const char* key : {"a", "a:b", "", "a-b"}) CHECK_FALSE(is_pattern(key));
  }

  TEST_CASE("groups stand between commas or in quotes") {
    CHECK(*parse_group_patterns("") == std::vector<std::string>{});
    CHECK(*parse_group_patterns("^(a), ,b ") == std::vector<std::string>{"^(a)", "b"});
    CHECK(*parse_group_patterns(R"("a,b",c,"say ""x""")") ==
          std::vector<std::string>{"a,b", "c", "say \"x\""});
    CHECK(*parse_group_patterns("a,") == std::vector<std::string>{"a"});
    CHECK_FALSE(parse_group_patterns("\"a"));
    CHECK_FALSE(parse_group_patterns("\"a\"b,c"));
  }
}

}  // namespace sonde::redis
