#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/perf_schema_eventsstatementssum") {
  TEST_CASE("all statements together have a counter for each figure") {
    FakeConnection connection;
    connection.answers_by_part["performance_schema.events_statements_summary_by_digest"] = {
        .columns = {}, .rows = {{"1",  "2",  "3",  "4",  "5",  "6",  "7",  "8",  "9",  "10",
                                 "11", "12", "13", "14", "15", "16", "17", "18", "19", "20000000000000",
                                 "21"}}};
    const std::string page = page_of(scrape_events_statements_sum, connection);
    // In the order in which they are asked for; only the wait is in seconds.
    int value = 0;
    for (const std::string_view name : {"total",
                                        "created_tmp_disk_tables",
                                        "created_tmp_tables",
                                        "errors",
                                        "lock_time",
                                        "no_good_index_used",
                                        "no_index_used",
                                        "rows_affected",
                                        "rows_examined",
                                        "rows_sent",
                                        "select_full_join",
                                        "select_full_range_join",
                                        "select_range",
                                        "select_range_check",
                                        "select_scan",
                                        "sort_merge_passes",
                                        "sort_range",
                                        "sort_rows",
                                        "sort_scan",
                                        "timer_wait",
                                        "warnings"}) {
      CAPTURE(name);
      const std::string family = "mysql_perf_schema_events_statements_sum_" + std::string(name);
      CHECK(has_line(page, "# TYPE " + family + " counter"));
      CHECK(has_line(page, family + " " + std::to_string(++value)));
    }
    CHECK(value == 21);
  }

  TEST_CASE("sums of nothing are no samples") {
    FakeConnection connection;
    connection.answers_by_part["SUM(COUNT_STAR)"] = {
        .columns = {}, .rows = {std::vector<std::optional<std::string>>(21, std::nullopt)}};
    CHECK(page_of(scrape_events_statements_sum, connection).empty());
  }
}

}  // namespace sonde::mysql
