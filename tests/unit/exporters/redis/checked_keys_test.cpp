#include "exporters/redis/checked_keys.h"

#include "tests/unit/exporters/redis/group_lab.h"

namespace sonde::redis {
namespace {

struct Seen {
  std::vector<std::string> keys;
  std::vector<size_t> pieces;
};

Status look(Scrape& scrape, Seen& seen, std::string_view pattern, std::span<const KeyName> names) {
  if (auto found = find_key_servers(scrape, "test"); !found) return found;
  CheckedKeys checked(scrape, {.what = "test", .plural = "things", .piece = 2},
                      [&](Client&, int64_t, std::span<const std::string_view> keys) -> Status {
                        seen.pieces.push_back(keys.size());
                        seen.keys.insert(seen.keys.end(), keys.begin(), keys.end());
                        return Ok{};
                      });
  if (auto done = checked.check(names); !done) return done;
  return checked.check_pattern({.text = std::string(pattern)});
}

}  // namespace

TEST_SUITE("redis/checked_keys") {
  TEST_CASE("a key is read once whether it was named or found and a piece at a time") {
    GroupLab lab(Answers{{"SCAN 0 MATCH a* COUNT 1000",
                          "*2\r\n$1\r\n0\r\n*4\r\n$2\r\na1\r\n$2\r\na2\r\n$2\r\na3\r\n$2\r\na1\r\n"}});
    Seen seen;
    const std::vector<KeyName> names{{.text = "a2"}};
    CHECK(lab.run([&](Scrape& scrape) { return look(scrape, seen, "a*", names); }) == "");
    CHECK(seen.keys == std::vector<std::string>{"a2", "a1", "a3"});
    CHECK(seen.pieces == std::vector<size_t>{1, 2});
  }

  TEST_CASE("what is beyond the limit is left out and what is within is read") {
    constexpr size_t kBatch = 1000;
    Answers answers;
    for (size_t batch = 0; batch <= kCheckedKeysMax / kBatch; ++batch) {
      const std::string next = std::to_string(batch + 1);
      std::string answer = "*2\r\n$" + std::to_string(next.size()) + "\r\n" + next + "\r\n*1000\r\n";
      for (size_t i = 0; i < kBatch; ++i) {
        const std::string key = "a" + std::to_string(batch * kBatch + i);
        answer += "$" + std::to_string(key.size()) + "\r\n" + key + "\r\n";
      }
      answers["SCAN " + std::to_string(batch) + " MATCH a* COUNT 1000"] = answer;
    }
    GroupLab lab(answers);
    Seen seen;
    CHECK(lab.run([&](Scrape& scrape) { return look(scrape, seen, "a*", {}); }) ==
          "left out: test: more than 100000 things\n");
    CHECK(seen.keys.size() == kCheckedKeysMax);
  }
}

}  // namespace sonde::redis
