#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/info_schema_innodb_cmpmem") {
  TEST_CASE("each page size of a pool has its four counters and milliseconds are seconds") {
    FakeConnection connection;
    connection.answers
        ["SELECT page_size, buffer_pool_instance, pages_used, pages_free, relocation_ops, relocation_time "
         "FROM information_schema.innodb_cmpmem"] = {.columns = {},
                                                     .rows = {{"1024", "0", "30", "40", "50", "6000"}}};
    const std::string page = page_of(scrape_innodb_cmpmem, connection);
    for (const std::string_view line :
         {"pages_used_total{page_size=\"1024\",buffer_pool=\"0\"} 30",
          "pages_free_total{page_size=\"1024\",buffer_pool=\"0\"} 40",
          "relocation_ops_total{page_size=\"1024\",buffer_pool=\"0\"} 50",
          "relocation_time_seconds_total{page_size=\"1024\",buffer_pool=\"0\"} 6"}) {
      CAPTURE(line);
      CHECK(page.find("\nmysql_info_schema_innodb_cmpmem_" + std::string(line) + "\n") != std::string::npos);
    }
    CHECK(page.find("gauge") == std::string::npos);
  }
}

}  // namespace sonde::mysql
