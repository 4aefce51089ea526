#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/info_schema_schemastats") {
  TEST_CASE("rows that were read and changed are counters") {
    FakeConnection connection;
    connection.answers_by_part["Variable_Name='userstat'"] = variables({{"userstat", "ON"}});
    connection.answers_by_part["information_schema.table_statistics"] = {.columns = {},
                                                                         .rows = {{"s", "1", "2", "3"}}};
    const std::string page = page_of(scrape_schema_statistics, connection);
    for (const std::string_view line :
         {R"(rows_read_total{schema="s"} 1)", R"(rows_changed_total{schema="s"} 2)",
          R"(rows_changed_x_indexes_total{schema="s"} 3)"}) {
      CAPTURE(line);
      CHECK(has_line(page, "mysql_info_schema_schema_statistics_" + std::string(line)));
    }
    CHECK(has_line(page, "# TYPE mysql_info_schema_schema_statistics_rows_read_total counter"));
  }

  TEST_CASE("a server that does not count has nothing to say") {
    FakeConnection connection;
    CHECK(page_of(scrape_schema_statistics, connection).empty());
    CHECK(connection.asked.size() == 1);
  }
}

}  // namespace sonde::mysql
