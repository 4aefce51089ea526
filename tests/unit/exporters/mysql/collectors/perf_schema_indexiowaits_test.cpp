#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/perf_schema_indexiowaits") {
  TEST_CASE("each operation on an index has its count and its seconds and inserts are the table's") {
    FakeConnection connection;
    connection.answers_by_part["performance_schema.table_io_waits_summary_by_index_usage"] = {
        .columns = {},
        .rows = {{"s", "t", "i", "1", std::nullopt, "3", "4", "5000000000000", std::nullopt, "7000000000000",
                  "8000000000000"},
                 {"s", "t", "NONE", "0", "2", "0", "0", "0", "6000000000000", "0", "0"}}};
    const std::string page = page_of(scrape_index_io_waits, connection);
    for (const std::string_view line :
         {R"(total{schema="s",name="t",index="i",operation="fetch"} 1)",
          R"(total{schema="s",name="t",index="i",operation="update"} 3)",
          R"(total{schema="s",name="t",index="i",operation="delete"} 4)",
          R"(total{schema="s",name="t",index="NONE",operation="insert"} 2)",
          R"(seconds_total{schema="s",name="t",index="i",operation="fetch"} 5)",
          R"(seconds_total{schema="s",name="t",index="i",operation="update"} 7)",
          R"(seconds_total{schema="s",name="t",index="i",operation="delete"} 8)",
          R"(seconds_total{schema="s",name="t",index="NONE",operation="insert"} 6)"}) {
      CAPTURE(line);
      CHECK(has_line(page, "mysql_perf_schema_index_io_waits_" + std::string(line)));
    }
    CHECK(page.find(R"(index="i",operation="insert")") == std::string::npos);
  }
}

}  // namespace sonde::mysql
