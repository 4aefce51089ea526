#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/perf_schema_memory_events") {
  TEST_CASE("bytes are counters and what is used is a gauge and may be below zero") {
    FakeConnection connection;
    connection.answers_by_part["performance_schema.memory_summary_global_by_event_name"] = {
        .columns = {}, .rows = {{"memory/innodb/fil0fil", "3", "4", "-1"}, {"other", "1", "1", "0"}}};
    const std::string page = page_of(scrape_memory_events, connection);
    CHECK(has_line(page, "# TYPE mysql_perf_schema_memory_events_alloc_bytes_total counter"));
    CHECK(has_line(page,
                   R"(mysql_perf_schema_memory_events_alloc_bytes_total{event_name="innodb/fil0fil"} 3)"));
    CHECK(
        has_line(page, R"(mysql_perf_schema_memory_events_free_bytes_total{event_name="innodb/fil0fil"} 4)"));
    CHECK(has_line(page, "# TYPE mysql_perf_schema_memory_events_used_bytes gauge"));
    CHECK(has_line(page, R"(mysql_perf_schema_memory_events_used_bytes{event_name="innodb/fil0fil"} -1)"));
    CHECK(has_line(page, R"(mysql_perf_schema_memory_events_used_bytes{event_name="other"} 0)"));
  }

  TEST_CASE("the prefix is the flag's") {
    FakeConnection connection;
    connection.answers_by_part["memory_summary"] = {.columns = {}, .rows = {{"memory/sql/x", "3", "4", "1"}}};
    ScraperOptions options;
    options.memory_events.remove_prefix = "memory/sql/";
    CHECK(has_line(page_of(scrape_memory_events, connection, kMariaDb, options),
                   R"(mysql_perf_schema_memory_events_used_bytes{event_name="x"} 1)"));
  }
}

}  // namespace sonde::mysql
