#include <set>

#include "exporters/redis/group.h"
#include "tests/unit/exporters/redis/group_lab.h"

namespace sonde::redis {
TEST_SUITE("redis/group_list") {
  TEST_CASE("groups have names of their own and walks over keys come last") {
    std::set<std::string_view> names;
    for (const Group& group : groups()) CHECK(names.insert(group.name).second);
    CHECK(groups().back().name == "key groups");
  }

  TEST_CASE("the first thing that is left out is told and a lost server ends the scrape") {
    GroupLab lab;
    const Error gone(ErrorCode::Unavailable, "gone");
    CHECK(lab.run([&](Scrape& scrape) -> Status {
      scrape.leave_out("a", "first");
      scrape.leave_out("b", "second");
      CHECK_FALSE(scrape.lost(scrape.client, "c", gone));
      return Ok{};
    }) == "left out: a: first\n");
    ScriptedServer other(knowing({}));
    SystemClock clock;
    const auto client = Client::connect(other.address(), {}, {.deadline_monotonic_ns = INT64_MAX}, clock);
    REQUIRE(client);
    CHECK(lab.run([&](Scrape& scrape) { return scrape.lost(**client, "c", gone); }) == "left out: c: gone\n");
  }
}

}  // namespace sonde::redis
