#include "exporters/redis/groups/groups.h"
#include "tests/unit/exporters/redis/group_lab.h"

namespace sonde::redis {

TEST_SUITE("redis/groups/slowlog") {
  // The answer in the documentation of SLOWLOG GET.
  TEST_CASE("the last entry is the first of the answer") {
    GroupLab lab(
        {{"SLOWLOG LEN", ":14\r\n"},
         {"SLOWLOG GET 1", list({list({":14\r\n", ":1309448221\r\n", ":15000\r\n", texts({"ping"})})})}});
    CHECK(lab.run(collect_slowlog) ==
          "redis_last_slow_execution_duration_seconds 0.015\nredis_slowlog_last_id 14\nredis_slowlog_length "
          "14\n");
  }

  TEST_CASE("an empty log has a last entry of zeros") {
    GroupLab lab({{"SLOWLOG LEN", ":0\r\n"}, {"SLOWLOG GET 1", "*0\r\n"}});
    CHECK(lab.run(collect_slowlog) ==
          "redis_last_slow_execution_duration_seconds 0\nredis_slowlog_last_id 0\nredis_slowlog_length 0\n");
  }

  TEST_CASE("a server that refuses says nothing") {
    CHECK(GroupLab().run(collect_slowlog).empty());
  }

  TEST_CASE("odd answers are no slow log") {
    check_odd_answers({"SLOWLOG LEN", "SLOWLOG GET 1"}, collect_slowlog);
  }
}

}  // namespace sonde::redis
