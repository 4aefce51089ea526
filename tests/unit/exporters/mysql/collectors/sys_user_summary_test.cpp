#include <doctest/doctest.h>

#include <tuple>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/sys_user_summary") {
  TEST_CASE("each figure of a user is a family and times are seconds") {
    FakeConnection connection;
    connection.answers_by_part["FROM sys.x$user_summary"] = {
        .columns = {},
        .rows = {
            {"app", "11", "12000000000000", "13", "14", "15000000000000", "16", "17", "18", "19", "20"}}};
    const std::string page = page_of(scrape_user_summary, connection);
    for (const auto& [name, type, value] :
         {std::tuple{"statements_total", "counter", "11"}, std::tuple{"statement_latency", "counter", "12"},
          std::tuple{"table_scans_total", "counter", "13"}, std::tuple{"file_ios_total", "counter", "14"},
          std::tuple{"file_io_seconds_total", "counter", "15"},
          std::tuple{"current_connections", "gauge", "16"}, std::tuple{"connections_total", "counter", "17"},
          std::tuple{"unique_hosts_total", "counter", "18"},
          std::tuple{"current_memory_bytes", "gauge", "19"},
          std::tuple{"memory_allocated_bytes_total", "counter", "20"}}) {
      CAPTURE(name);
      const std::string family = "mysql_sys_" + std::string(name);
      CHECK(has_line(page, "# TYPE " + family + " " + type));
      CHECK(has_line(page, family + "{user=\"app\"} " + value));
    }
  }
}

}  // namespace sonde::mysql
