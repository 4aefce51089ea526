#include "exporters/redis/key_scan.h"

#include "tests/unit/exporters/redis/group_lab.h"

namespace sonde::redis {

TEST_SUITE("redis/key_scan") {
  TEST_CASE("a cursor that is none ends the walk") {
    for (const char* answer :
         {"*0\r\n", "*2\r\n$0\r\n\r\n*0\r\n", "*2\r\n$1\r\nx\r\n*0\r\n", "*2\r\n$1\r\n0\r\n+no\r\n"}) {
      CAPTURE(answer);
      GroupLab lab(Answers{{"SCAN 0 MATCH a* COUNT 1000", answer}});
      CHECK(lab.run([](Scrape& scrape) -> Status {
        if (auto found = find_key_servers(scrape, "test"); !found) return found;
        const KeyName pattern{.text = "a*"};
        const auto scanned =
            scan_keys(scrape, {.what = "test", .name = pattern},
                      [](Client&, const std::vector<Reply>&) -> Result<bool> { return true; });
        CHECK(scanned);
        CHECK_FALSE(*scanned);
        return Ok{};
      }) == "left out: test: an answer of SCAN that is none\n");
    }
  }

  TEST_CASE("names are asked for in pieces by database") {
    GroupLab lab;
    CHECK(lab.run([](Scrape& scrape) -> Status {
               if (auto found = find_key_servers(scrape, "test"); !found) return found;
               std::vector<KeyName> names(kPipelinedKeys + 1, {.text = "a"});
               names.push_back({.database = 2, .text = "b"});
               const auto pieces = by_holder(scrape, "test", names);
               REQUIRE(pieces.size() == 3);
               CHECK(pieces[0].keys.size() == kPipelinedKeys);
               CHECK(pieces[1].keys.size() == 1);
               CHECK(pieces[2].database == 2);
               return Ok{};
             })
              .empty());
  }
}

}  // namespace sonde::redis
