#include "exporters/redis/groups/groups.h"
#include "tests/unit/exporters/redis/group_lab.h"

namespace sonde::redis {

TEST_SUITE("redis/groups/latency") {
  // The answer in the documentation of LATENCY HISTOGRAM.
  TEST_CASE("a histogram has the buckets of the answer and a sum from INFO") {
    GroupLab lab(
        {{"LATENCY HISTOGRAM",
          list({bulk("set"),
                list({bulk("calls"), ":100000\r\n", bulk("histogram_usec"),
                      "*6\r\n:1\r\n:99583\r\n:2\r\n:99852\r\n:4\r\n:99914\r\n"}),
                bulk("config"), list({bulk("calls"), ":3\r\n", bulk("histogram_usec"), "*0\r\n"})})},
         {"LATENCY LATEST", list({list({bulk("command"), ":1405067976\r\n", ":251\r\n", ":1001\r\n"}),
                                  list({bulk("fork")})})}});
    lab.info =
        "cmdstat_set:calls=100000,usec=250000\r\ncmdstat_config|get:calls=2,usec=7\r\n"
        "cmdstat_config|set:calls=1,usec=8\r\ncmdstat_configx:calls=1,usec=100\r\n";
    CHECK(lab.run(collect_latency) ==
          "redis_commands_latencies_usec_bucket{cmd=\"set\",le=\"1\"} 99583\n"
          "redis_commands_latencies_usec_bucket{cmd=\"set\",le=\"2\"} 99852\n"
          "redis_commands_latencies_usec_bucket{cmd=\"set\",le=\"4\"} 99914\n"
          "redis_commands_latencies_usec_bucket{cmd=\"set\",le=\"+Inf\"} 100000\n"
          "redis_commands_latencies_usec_sum{cmd=\"set\"} 250000\n"
          "redis_commands_latencies_usec_count{cmd=\"set\"} 100000\n"
          "redis_commands_latencies_usec_bucket{cmd=\"config\",le=\"+Inf\"} 3\n"
          "redis_commands_latencies_usec_sum{cmd=\"config\"} 15\n"
          "redis_commands_latencies_usec_count{cmd=\"config\"} 3\n"
          "redis_latency_spike_duration_seconds{event_name=\"command\"} 0.251\n"
          "redis_latency_spike_last{event_name=\"command\"} 1.405067976e+09\n");
  }

  TEST_CASE("odd answers are no latencies") {
    check_odd_answers({"LATENCY HISTOGRAM", "LATENCY LATEST"}, collect_latency);
  }
}

}  // namespace sonde::redis
