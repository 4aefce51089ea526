#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/perf_schema_replication_group_member_stats") {
  // As the manual of MySQL 8.0 has the table, "The replication_group_member_stats Table".
  TEST_CASE("figures of this member are families and texts are not") {
    FakeConnection connection;
    connection.answers_by_part["WHERE MEMBER_ID=@@server_uuid"] = {
        .columns = {"CHANNEL_NAME", "VIEW_ID", "MEMBER_ID", "COUNT_TRANSACTIONS_IN_QUEUE",
                    "COUNT_TRANSACTIONS_CHECKED", "COUNT_CONFLICTS_DETECTED",
                    "COUNT_TRANSACTIONS_ROWS_VALIDATING", "TRANSACTIONS_COMMITTED_ALL_MEMBERS",
                    "LAST_CONFLICT_FREE_TRANSACTION", "COUNT_TRANSACTIONS_REMOTE_IN_APPLIER_QUEUE",
                    "COUNT_TRANSACTIONS_REMOTE_APPLIED", "COUNT_TRANSACTIONS_LOCAL_PROPOSED",
                    "COUNT_TRANSACTIONS_LOCAL_ROLLBACK"},
        .rows = {{"c", "1:2", "u", "10", "11", "12", "13", "a:1-5", "", "14", "15", "16", "17"}}};
    const std::string page = page_of(scrape_replication_group_member_stats, connection, kMySql80);
    for (const std::string_view line :
         {"transactions_in_queue 10", "transactions_checked_total 11", "conflicts_detected_total 12",
          "transactions_rows_validating_total 13", "transactions_remote_in_applier_queue 14",
          "transactions_remote_applied_total 15", "transactions_local_proposed_total 16",
          "transactions_local_rollback_total 17"}) {
      CAPTURE(line);
      CHECK(has_line(page, "mysql_perf_schema_" + std::string(line)));
    }
    CHECK(has_line(page, "# TYPE mysql_perf_schema_transactions_in_queue gauge"));
    CHECK(has_line(page, "# TYPE mysql_perf_schema_transactions_checked_total counter"));
  }

  TEST_CASE("a server of 5 7 has the first four") {
    FakeConnection connection;
    connection.answers_by_part["replication_group_member_stats"] = {
        .columns = {"MEMBER_ID", "COUNT_TRANSACTIONS_IN_QUEUE", "COUNT_CONFLICTS_DETECTED"},
        .rows = {{"u", "1", "2"}}};
    const std::string page =
        page_of(scrape_replication_group_member_stats, connection, Server{.version = {5, 7}});
    CHECK(has_line(page, "mysql_perf_schema_conflicts_detected_total 2"));
    CHECK(page.find("remote") == std::string::npos);
  }
}

}  // namespace sonde::mysql
