#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/perf_schema_replication_applier_status_by_worker") {
  // The columns are those of MySQL 8.0's manual, "The replication_applier_status_by_worker Table"; a time
  // that is not known is 0000-00-00 there, of which UNIX_TIMESTAMP() makes 0.
  TEST_CASE("each time of a worker is a gauge in seconds") {
    FakeConnection connection;
    connection.answers_by_part["performance_schema.replication_applier_status_by_worker"] = {
        .columns = {},
        .rows = {{"c", "1", "1546300800.000001", "1546300801.000000", "1546300802.500000",
                  "1546300803.000000", "0.000000", "0.000000", "0.000000"}}};
    const std::string page = page_of(scrape_replication_applier_status, connection, kMySql80);
    for (const std::string_view line :
         {"last_applied_transaction_original_commit_timestamp_seconds{channel_name=\"c\",member_id=\"1\"} "
          "1.546300800000001e+09",
          "last_applied_transaction_immediate_commit_timestamp_seconds{channel_name=\"c\",member_id=\"1\"} "
          "1.546300801e+09",
          "last_applied_transaction_start_apply_timestamp_seconds{channel_name=\"c\",member_id=\"1\"} "
          "1.5463008025e+09",
          "last_applied_transaction_end_apply_timestamp_seconds{channel_name=\"c\",member_id=\"1\"} "
          "1.546300803e+09",
          "applying_transaction_original_commit_timestamp_seconds{channel_name=\"c\",member_id=\"1\"} 0",
          "applying_transaction_immediate_commit_timestamp_seconds{channel_name=\"c\",member_id=\"1\"} 0",
          "applying_transaction_start_apply_timestamp_seconds{channel_name=\"c\",member_id=\"1\"} 0"}) {
      CAPTURE(line);
      CHECK(has_line(page, "mysql_perf_schema_" + std::string(line)));
    }
  }

  TEST_CASE("the server makes the times which are in its own time zone Unix times") {
    FakeConnection connection;
    page_of(scrape_replication_applier_status, connection, kMySql80);
    CHECK(connection.asked.front().find("UNIX_TIMESTAMP(LAST_APPLIED_TRANSACTION_END_APPLY_TIMESTAMP)") !=
          std::string::npos);
    CHECK(connection.asked.front().find("UNIX_TIMESTAMP(APPLYING_TRANSACTION_START_APPLY_TIMESTAMP)") !=
          std::string::npos);
  }
}

}  // namespace sonde::mysql
