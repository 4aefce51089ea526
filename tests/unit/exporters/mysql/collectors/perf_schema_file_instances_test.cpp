#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/perf_schema_file_instances") {
  TEST_CASE("reads and writes of a file are modes and its name loses the prefix") {
    FakeConnection connection;
    connection.answers_by_part["performance_schema.file_summary_by_instance"] = {
        .columns = {},
        .rows = {{"/var/lib/mysql/shop/a.ibd", "innodb_data", "1", "2", "3", "4"},
                 {"/tmp/b", "innodb_temp", "5", "6", "7", "8"}}};
    const std::string page = page_of(scrape_file_instances, connection);
    for (const std::string_view line :
         {R"(file_instances_total{file_name="shop/a.ibd",event_name="innodb_data",mode="read"} 1)",
          R"(file_instances_total{file_name="shop/a.ibd",event_name="innodb_data",mode="write"} 2)",
          R"(file_instances_bytes{file_name="shop/a.ibd",event_name="innodb_data",mode="read"} 3)",
          R"(file_instances_bytes{file_name="shop/a.ibd",event_name="innodb_data",mode="write"} 4)",
          R"(file_instances_bytes{file_name="/tmp/b",event_name="innodb_temp",mode="write"} 8)"}) {
      CAPTURE(line);
      CHECK(has_line(page, "mysql_perf_schema_" + std::string(line)));
    }
    CHECK(has_line(page, "# TYPE mysql_perf_schema_file_instances_bytes counter"));
  }

  TEST_CASE("the server filters by the flag's expression whatever is in it") {
    FakeConnection connection;
    ScraperOptions options;
    options.file_instances.filter = "'";
    page_of(scrape_file_instances, connection, kMariaDb, options);
    CHECK(connection.asked.front().ends_with("WHERE FILE_NAME REGEXP _utf8mb4 X'27'"));
  }
}

}  // namespace sonde::mysql
