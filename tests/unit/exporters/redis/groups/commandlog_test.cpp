#include "exporters/redis/groups/groups.h"
#include "tests/unit/exporters/redis/group_lab.h"

namespace sonde::redis {

TEST_SUITE("redis/groups/commandlog") {
  TEST_CASE("lengths come from the server and thresholds from its settings") {
    GroupLab lab({{"COMMANDLOG LEN slow", ":3\r\n"},
                  {"COMMANDLOG LEN large-request", ":4\r\n"},
                  {"COMMANDLOG LEN large-reply", "-ERR no\r\n"}});
    lab.config.kind = Reply::Kind::List;
    for (const char* text :
         {"commandlog-request-larger-than", "1048576", "commandlog-reply-larger-than", "x"}) {
      lab.config.items.push_back({.kind = Reply::Kind::Text, .text = text});
    }
    CHECK(lab.run(collect_commandlog) ==
          "redis_commandlog_large_request_length 4\nredis_commandlog_request_larger_than 1.048576e+06\n"
          "redis_commandlog_slow_length 3\n");
  }

  TEST_CASE("odd answers are no lengths") {
    check_odd_answers({"COMMANDLOG LEN slow", "COMMANDLOG LEN large-request", "COMMANDLOG LEN large-reply"},
                      collect_commandlog);
  }
}

}  // namespace sonde::redis
