#include "exporters/redis/groups/groups.h"
#include "tests/unit/exporters/redis/group_lab.h"

namespace sonde::redis {

TEST_SUITE("redis/groups/key_counts") {
  TEST_CASE("the keys of all batches are counted") {
    GroupLab lab({{"SCAN 0 MATCH a* COUNT 10", list({bulk("5"), texts({"a1", "a2"})})},
                  {"SCAN 5 MATCH a* COUNT 10", list({bulk("0"), texts({"a3"})})},
                  {"SCAN 0 MATCH b* COUNT 10", list({bulk("0"), texts({})})}});
    lab.options.check_keys_batch_size = 10;
    lab.settings.checks.counts = *parse_key_list("a*,db0=b*");
    CHECK(lab.run(collect_key_counts) ==
          "redis_keys_count{db=\"db0\",key=\"a*\"} 3\nredis_keys_count{db=\"db0\",key=\"b*\"} 0\n");
  }

  TEST_CASE("a count that is not whole is left out") {
    GroupLab lab({{"SCAN 0 MATCH a* COUNT 1000", list({bulk("5"), texts({"a1"})})}});
    lab.settings.checks.counts = *parse_key_list("a*");
    CHECK(lab.run(collect_key_counts) == "left out: count-keys: ERR unknown command\n");
  }

  TEST_CASE("odd answers are no counts") {
    check_odd_answers({"SCAN 0 MATCH a* COUNT 1000"}, collect_key_counts,
                      [](GroupLab& lab) { lab.settings.checks.counts = *parse_key_list("a*"); });
  }
}

}  // namespace sonde::redis
