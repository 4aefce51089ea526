#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/perf_schema_tableiowaits") {
  TEST_CASE("each operation on a table has its count and its seconds") {
    FakeConnection connection;
    connection.answers_by_part["performance_schema.table_io_waits_summary_by_table"] = {
        .columns = {},
        .rows = {{"s", "t", "1", "2", "3", "4", "5000000000000", "6000000000000", "7000000000000",
                  "8000000000000"}}};
    const std::string page = page_of(scrape_table_io_waits, connection);
    for (const std::string_view line :
         {R"(mysql_perf_schema_table_io_waits_total{schema="s",name="t",operation="fetch"} 1)",
          R"(mysql_perf_schema_table_io_waits_total{schema="s",name="t",operation="insert"} 2)",
          R"(mysql_perf_schema_table_io_waits_total{schema="s",name="t",operation="update"} 3)",
          R"(mysql_perf_schema_table_io_waits_total{schema="s",name="t",operation="delete"} 4)",
          R"(mysql_perf_schema_table_io_waits_seconds_total{schema="s",name="t",operation="fetch"} 5)",
          R"(mysql_perf_schema_table_io_waits_seconds_total{schema="s",name="t",operation="insert"} 6)",
          R"(mysql_perf_schema_table_io_waits_seconds_total{schema="s",name="t",operation="update"} 7)",
          R"(mysql_perf_schema_table_io_waits_seconds_total{schema="s",name="t",operation="delete"} 8)"}) {
      CAPTURE(line);
      CHECK(has_line(page, line));
    }
  }
}

}  // namespace sonde::mysql
