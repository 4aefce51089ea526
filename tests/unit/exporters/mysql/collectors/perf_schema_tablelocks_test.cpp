#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/perf_schema_tablelocks") {
  TEST_CASE("each kind of lock has its count and its seconds") {
    FakeConnection connection;
    connection.answers_by_part["performance_schema.table_lock_waits_summary_by_table"] = {
        .columns = {},
        .rows = {{"s",
                  "t",
                  "1",
                  "2",
                  "3",
                  "4",
                  "5",
                  "6",
                  "7",
                  "8",
                  "11000000000000",
                  "12000000000000",
                  "13000000000000",
                  "14000000000000",
                  "15000000000000",
                  "16000000000000",
                  "17000000000000",
                  "18000000000000",
                  "21",
                  "22",
                  "23000000000000",
                  "24000000000000"}}};
    // The columns as they are asked for: counts of the eight kinds, their times, and the engines' locks.
    const std::string page = page_of(scrape_table_locks, connection);
    for (
        const std::string_view line :
        {R"(mysql_perf_schema_sql_lock_waits_total{schema="s",name="t",operation="read_normal"} 1)",
         R"(mysql_perf_schema_sql_lock_waits_total{schema="s",name="t",operation="read_with_shared_locks"} 2)",
         R"(mysql_perf_schema_sql_lock_waits_total{schema="s",name="t",operation="read_high_priority"} 3)",
         R"(mysql_perf_schema_sql_lock_waits_total{schema="s",name="t",operation="read_no_insert"} 4)",
         R"(mysql_perf_schema_sql_lock_waits_total{schema="s",name="t",operation="write_normal"} 5)",
         R"(mysql_perf_schema_sql_lock_waits_total{schema="s",name="t",operation="write_allow_write"} 6)",
         R"(mysql_perf_schema_sql_lock_waits_total{schema="s",name="t",operation="write_concurrent_insert"} 7)",
         R"(mysql_perf_schema_sql_lock_waits_total{schema="s",name="t",operation="write_low_priority"} 8)",
         R"(mysql_perf_schema_sql_lock_waits_seconds_total{schema="s",name="t",operation="read_normal"} 11)",
         R"(mysql_perf_schema_sql_lock_waits_seconds_total{schema="s",name="t",operation="read_with_shared_locks"} 12)",
         R"(mysql_perf_schema_sql_lock_waits_seconds_total{schema="s",name="t",operation="read_high_priority"} 13)",
         R"(mysql_perf_schema_sql_lock_waits_seconds_total{schema="s",name="t",operation="read_no_insert"} 14)",
         R"(mysql_perf_schema_sql_lock_waits_seconds_total{schema="s",name="t",operation="write_normal"} 15)",
         R"(mysql_perf_schema_sql_lock_waits_seconds_total{schema="s",name="t",operation="write_allow_write"} 16)",
         R"(mysql_perf_schema_sql_lock_waits_seconds_total{schema="s",name="t",operation="write_concurrent_insert"} 17)",
         R"(mysql_perf_schema_sql_lock_waits_seconds_total{schema="s",name="t",operation="write_low_priority"} 18)",
         R"(mysql_perf_schema_external_lock_waits_total{schema="s",name="t",operation="read"} 21)",
         R"(mysql_perf_schema_external_lock_waits_total{schema="s",name="t",operation="write"} 22)",
         R"(mysql_perf_schema_external_lock_waits_seconds_total{schema="s",name="t",operation="read"} 23)",
         R"(mysql_perf_schema_external_lock_waits_seconds_total{schema="s",name="t",operation="write"} 24)"}) {
      CAPTURE(line);
      CHECK(has_line(page, line));
    }
  }
}

}  // namespace sonde::mysql
