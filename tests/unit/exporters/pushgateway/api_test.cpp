#include "exporters/pushgateway/api.h"

#include <doctest/doctest.h>

#include <string>

#include "exporters/pushgateway/push_reader.h"

namespace sonde::pushgateway {

TEST_SUITE("pushgateway/api") {
  TEST_CASE("a group is written as the reference writes it") {
    GroupStore store({});
    CHECK(write_api_metrics(store) == R"({"status":"success","data":[]})");
    const GroupingKey key = *parse_grouping_key("job/j/l/<a>", false);
    const auto body = PushReader("# HELP m H\n# TYPE m counter\nm{q=\"\\\"\"} 0.00001\n", key, false).read();
    REQUIRE(body);
    store.apply(key, GroupStore::prepare(body->families, 1.5e9), PushMode::ReplaceGroup, {1.5e9, 0});
    // The members and their text are api/v1/api.go's.
    CHECK(
        write_api_metrics(store) ==
        R"({"status":"success","data":[{"labels":{"job":"j","l":"\u003ca\u003e"},"last_push_successful":true,)"
        R"("m":{"time_stamp":"2017-07-14T02:40:00Z","type":"COUNTER","help":"H","metrics":[{"labels":)"
        R"({"instance":"","job":"j","l":"\u003ca\u003e","q":"\""},"value":"1e-05"}]},)"
        R"("push_failure_time_seconds":{"time_stamp":"2017-07-14T02:40:00Z","type":"GAUGE","help":)"
        R"("Last Unix time when changing this group in the Pushgateway failed.","metrics":[{"labels":)"
        R"({"instance":"","job":"j","l":"\u003ca\u003e"},"value":"0"}]},)"
        R"("push_time_seconds":{"time_stamp":"2017-07-14T02:40:00Z","type":"GAUGE","help":)"
        R"("Last Unix time when changing this group in the Pushgateway succeeded.","metrics":[{"labels":)"
        R"({"instance":"","job":"j","l":"\u003ca\u003e"},"value":"1500000000"}]}}]})");
  }

  TEST_CASE("histograms and summaries have their points by name") {
    GroupStore store({});
    const GroupingKey key = *parse_grouping_key("job/j", false);
    const auto body = PushReader(
                          "# TYPE h histogram\nh_bucket{le=\"0.5\"} 1\nh_sum 2\nh_count 3\n"
                          "# TYPE s summary\ns{quantile=\"0.9\"} 4\ns_sum 5\ns_count 6\n",
                          key, false)
                          .read();
    REQUIRE(body);
    store.apply(key, GroupStore::prepare(body->families, 1), PushMode::ReplaceGroup, {1, 2});
    const std::string json = write_api_metrics(store);
    CHECK(json.find(R"("buckets":{"0.5":"1","+Inf":"3"},"count":"3","sum":"2"})") != std::string::npos);
    CHECK(json.find(R"("quantiles":{"0.9":"4"},"count":"6","sum":"5"})") != std::string::npos);
    CHECK(json.find(R"("last_push_successful":false)") != std::string::npos);
  }

  TEST_CASE("times are RFC 3339 with the digits that matter") {
    CHECK(write_rfc3339(0) == "1970-01-01T00:00:00Z");
    CHECK(write_rfc3339(1.25) == "1970-01-01T00:00:01.25Z");
    CHECK(write_rfc3339(1.0004) == "1970-01-01T00:00:01Z");
  }

  TEST_CASE("flags and start time are the status") {
    const std::string json = write_api_status({{"log.level", "a\"b"}}, 1);
    CHECK(json.find(R"("flags":{"log.level":"a\"b"},"start_time":"1970-01-01T00:00:01Z"}})") !=
          std::string::npos);
  }
}

}  // namespace sonde::pushgateway
