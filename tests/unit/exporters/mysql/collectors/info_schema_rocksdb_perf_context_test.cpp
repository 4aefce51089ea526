#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/info_schema_rocksdb_perf_context") {
  // STAT_TYPE and VALUE as the manual of MyRocks has them.
  TEST_CASE("known figures of a table are counters and others are left out") {
    FakeConnection connection;
    connection.answers_by_part["information_schema.ROCKSDB_PERF_CONTEXT"] = {
        .columns = {"TABLE_SCHEMA", "TABLE_NAME", "part", "STAT_TYPE", "VALUE"},
        .rows = {{"s", "t", "", "USER_KEY_COMPARISON_COUNT", "17"},
                 {"s", "t", "p0", "IO_BYTES_READ", "18"},
                 {"s", "t", "", "SOMETHING_NEW", "19"}}};
    const std::string page = page_of(scrape_rocksdb_perf_context, connection, kMySql80);
    const std::string prefix = "mysql_info_schema_rocksdb_perf_context_";
    CHECK(has_line(page, "# TYPE " + prefix + "user_key_comparison_count counter"));
    CHECK(has_line(page, prefix + R"(user_key_comparison_count{schema="s",table="t",part=""} 17)"));
    CHECK(has_line(page, prefix + R"(io_bytes_read{schema="s",table="t",part="p0"} 18)"));
    CHECK(page.find("19") == std::string::npos);
  }

  TEST_CASE("a value that is no number is an error") {
    FakeConnection connection;
    connection.answers_by_part["ROCKSDB_PERF_CONTEXT"] = {
        .columns = {"TABLE_SCHEMA", "TABLE_NAME", "part", "STAT_TYPE", "VALUE"},
        .rows = {{"s", "t", "", "IO_BYTES_READ", std::nullopt}}};
    CHECK(page_of(scrape_rocksdb_perf_context, connection) ==
          "failed: IO_BYTES_READ: its value is no number");
  }
}

}  // namespace sonde::mysql
