#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/perf_schema_file_events") {
  TEST_CASE("reads and writes and others are modes and the others have no bytes") {
    FakeConnection connection;
    connection.answers_by_part["performance_schema.file_summary_by_event_name"] = {
        .columns = {},
        .rows = {{"e", "1", "2000000000000", "3", "4", "5000000000000", "6", "7", "8000000000000"}}};
    const std::string page = page_of(scrape_file_events, connection);
    for (const std::string_view line :
         {R"(mysql_perf_schema_file_events_total{event_name="e",mode="read"} 1)",
          R"(mysql_perf_schema_file_events_seconds_total{event_name="e",mode="read"} 2)",
          R"(mysql_perf_schema_file_events_bytes_total{event_name="e",mode="read"} 3)",
          R"(mysql_perf_schema_file_events_total{event_name="e",mode="write"} 4)",
          R"(mysql_perf_schema_file_events_seconds_total{event_name="e",mode="write"} 5)",
          R"(mysql_perf_schema_file_events_bytes_total{event_name="e",mode="write"} 6)",
          R"(mysql_perf_schema_file_events_total{event_name="e",mode="misc"} 7)",
          R"(mysql_perf_schema_file_events_seconds_total{event_name="e",mode="misc"} 8)"}) {
      CAPTURE(line);
      CHECK(has_line(page, line));
    }
    CHECK(page.find("bytes_total{event_name=\"e\",mode=\"misc\"}") == std::string::npos);
  }
}

}  // namespace sonde::mysql
