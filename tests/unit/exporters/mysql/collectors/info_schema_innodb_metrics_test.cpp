#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/info_schema_innodb_metrics") {
  TEST_CASE("kinds of figures have their types and some are grouped by label") {
    FakeConnection connection;
    connection.answers_by_part["WHERE enabled = 1"] = {
        .columns = {"name", "subsystem", "type", "comment", "count"},
        .rows = {{"lock_timeouts", "lock", "counter", "Number of lock timeouts", "3"},
                 {"buffer_pool_reads", "buffer", "status_counter", "Reads", "4"},
                 {"trx_active", "transaction", "value", "Active", "5"},
                 {"buffer_LRU_search", "buffer", "counter", "Bug", "-1"},
                 {"buffer_page_read_index_leaf", "buffer_page_io", "counter", "Read", "6"},
                 {"buffer_page_written_undo_log", "buffer_page_io", "counter", "Written", "7"},
                 {"NOPE", "buffer_page_io", "counter", "An invalid one", "999"},
                 {"buffer_pool_pages_total", "buffer", "status_counter", "Total", "100"},
                 {"buffer_pool_pages_dirty", "buffer", "status_counter", "Dirty", "8"},
                 {"buffer_pool_pages_data", "buffer", "status_counter", "Data", "9"}}};
    const std::string page = page_of(scrape_innodb_metrics, connection);
    const std::string prefix = "mysql_info_schema_innodb_metrics_";
    CHECK(has_line(page, "# TYPE " + prefix + "lock_lock_timeouts_total counter"));
    CHECK(page.find("# HELP " + prefix + "lock_lock_timeouts_total Number of lock timeouts\n") !=
          std::string::npos);
    CHECK(has_line(page, prefix + "lock_lock_timeouts_total 3"));
    CHECK(has_line(page, prefix + "buffer_buffer_pool_reads_total 4"));
    CHECK(has_line(page, "# TYPE " + prefix + "transaction_trx_active gauge"));
    CHECK(has_line(page, prefix + "transaction_trx_active 5"));
    CHECK(has_line(page, prefix + "buffer_buffer_LRU_search -1"));  // a counter below 0 is none
    CHECK(has_line(page, prefix + R"(buffer_page_read_total{type="index_leaf"} 6)"));
    CHECK(has_line(page, prefix + R"(buffer_page_written_total{type="undo_log"} 7)"));
    CHECK(page.find("999") == std::string::npos);
    CHECK(page.find("100") == std::string::npos);
    CHECK(has_line(page, prefix + "buffer_pool_dirty_pages 8"));
    CHECK(has_line(page, prefix + R"(buffer_pool_pages{state="data"} 9)"));
  }

  TEST_CASE("other servers have another column for what is on") {
    for (const Server& server : {kMySql80, Server{.version = {10, 4, 2}, .is_mariadb = true}}) {
      FakeConnection connection;
      page_of(scrape_innodb_metrics, connection, server);
      CHECK(connection.asked.front().ends_with("WHERE status = 'enabled'"));
    }
  }

  TEST_CASE("a count that is no number is an error after those before it") {
    FakeConnection connection;
    connection.answers_by_part["innodb_metrics"] = {
        .columns = {"name", "subsystem", "type", "comment", "count"},
        .rows = {{"a", "s", "value", "A", "1"}, {"b", "s", "value", "B", "x"}}};
    const std::string page = page_of(scrape_innodb_metrics, connection);
    CHECK(page.find("_s_a 1\n") != std::string::npos);
    CHECK(page.ends_with("failed: b: its count is no number"));
  }
}

}  // namespace sonde::mysql
