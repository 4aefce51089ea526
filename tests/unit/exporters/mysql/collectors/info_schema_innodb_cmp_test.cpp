#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/info_schema_innodb_cmp") {
  TEST_CASE("each page size has its five counters and times are seconds already") {
    FakeConnection connection;
    connection.answers
        ["SELECT page_size, compress_ops, compress_ops_ok, compress_time, uncompress_ops, uncompress_time "
         "FROM information_schema.innodb_cmp"] = {.columns = {},
                                                  .rows = {{"1024", "10", "20", "30", "40", "50"}}};
    const std::string page = page_of(scrape_innodb_cmp, connection);
    for (const std::string_view line :
         {"compress_ops_total{page_size=\"1024\"} 10", "compress_ops_ok_total{page_size=\"1024\"} 20",
          "compress_time_seconds_total{page_size=\"1024\"} 30", "uncompress_ops_total{page_size=\"1024\"} 40",
          "uncompress_time_seconds_total{page_size=\"1024\"} 50"}) {
      CAPTURE(line);
      CHECK(page.find("\nmysql_info_schema_innodb_cmp_" + std::string(line) + "\n") != std::string::npos);
    }
    CHECK(page.find("gauge") == std::string::npos);
  }
}

}  // namespace sonde::mysql
