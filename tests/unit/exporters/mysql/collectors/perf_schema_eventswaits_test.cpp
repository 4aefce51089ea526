#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/perf_schema_eventswaits") {
  TEST_CASE("waits are counted and their picoseconds are seconds") {
    FakeConnection connection;
    connection.answers_by_part["performance_schema.events_waits_summary_global_by_event_name"] = {
        .columns = {}, .rows = {{"wait/io/file/sql/FRM", "12", "2500000000000"}}};
    const std::string page = page_of(scrape_events_waits, connection);
    for (const std::string_view line :
         {R"(mysql_perf_schema_events_waits_total{event_name="wait/io/file/sql/FRM"} 12)",
          R"(mysql_perf_schema_events_waits_seconds_total{event_name="wait/io/file/sql/FRM"} 2.5)"}) {
      CAPTURE(line);
      CHECK(has_line(page, line));
    }
    CHECK(has_line(page, "# TYPE mysql_perf_schema_events_waits_total counter"));
    CHECK(has_line(page, "# TYPE mysql_perf_schema_events_waits_seconds_total counter"));
  }
}

}  // namespace sonde::mysql
