#include "exporters/redis/groups/groups.h"
#include "tests/unit/exporters/redis/group_lab.h"

namespace sonde::redis {

TEST_SUITE("redis/groups/key_groups") {
  TEST_CASE("without patterns only the time is shown") {
    CHECK(GroupLab().run(collect_key_groups) == "redis_last_key_groups_scrape_duration_milliseconds 0\n");
  }

  // Real answers are the end-to-end tests': the script is the server's to run.
  TEST_CASE("odd answers are no groups") {
    for (const std::string& odd : kOddAnswers) {
      CAPTURE(odd);
      GroupLab lab(anything(odd));
      lab.settings.key_groups = {"^(a)"};
      const std::string page = lab.run(collect_key_groups);
      CHECK(page.starts_with("redis_"));
    }
  }
}

}  // namespace sonde::redis
