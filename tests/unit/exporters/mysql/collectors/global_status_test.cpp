#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {
namespace {

std::string page_of_rows(std::vector<std::vector<std::optional<std::string>>> rows) {
  FakeConnection connection;
  connection.answers["SHOW GLOBAL STATUS"] = variables(std::move(rows));
  return page_of(scrape_global_status, connection);
}

bool has(const std::string& page, std::string_view line) {
  return page.find("\n" + std::string(line) + "\n") != std::string::npos;
}

}  // namespace

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/global_status") {
  TEST_CASE("names of a group become a label of its family") {
    const std::string page = page_of_rows({{"Com_select", "3"},
                                           {"Handler_commit", "5"},
                                           {"Connection_errors_internal", "4"},
                                           {"Innodb_rows_read", "8"},
                                           {"Performance_schema_users_lost", "9"}});
    CHECK(has(page, "mysql_global_status_commands_total{command=\"select\"} 3"));
    CHECK(has(page, "mysql_global_status_handlers_total{handler=\"commit\"} 5"));
    CHECK(has(page, "mysql_global_status_connection_errors_total{error=\"internal\"} 4"));
    CHECK(has(page, "mysql_global_status_innodb_row_ops_total{operation=\"read\"} 8"));
    CHECK(has(page, "mysql_global_status_performance_schema_lost_total{instrumentation=\"users_lost\"} 9"));
    CHECK(has(page, "# TYPE mysql_global_status_commands_total counter"));
  }

  TEST_CASE("pages of the buffer pool are states or changes or dirty ones") {
    const std::string page = page_of_rows({{"Innodb_buffer_pool_pages_data", "6"},
                                           {"Innodb_buffer_pool_pages_free", "8"},
                                           {"Innodb_buffer_pool_pages_misc", "9"},
                                           {"Innodb_buffer_pool_pages_old", "10"},
                                           {"Innodb_buffer_pool_pages_dirty", "7"},
                                           {"Innodb_buffer_pool_pages_flushed", "12"},
                                           {"Innodb_buffer_pool_pages_made_young", "15"},
                                           {"Innodb_buffer_pool_pages_total", "33"}});
    CHECK(has(page, "mysql_global_status_buffer_pool_pages{state=\"data\"} 6"));
    CHECK(has(page, "mysql_global_status_buffer_pool_pages{state=\"old\"} 10"));
    CHECK(has(page, "mysql_global_status_buffer_pool_dirty_pages 7"));
    CHECK(has(page, "mysql_global_status_buffer_pool_page_changes_total{operation=\"flushed\"} 12"));
    CHECK(has(page, "mysql_global_status_buffer_pool_page_changes_total{operation=\"made_young\"} 15"));
    // The sum of the states would be counted twice.
    CHECK(page.find("33") == std::string::npos);
  }

  TEST_CASE("all other names are families of their own without a type") {
    const std::string page = page_of_rows({{"Uptime", "10"},
                                           {"Slave_running", "OFF"},
                                           {"wsrep_cluster_status", "Primary"},
                                           {"validate_password.dictionary_file_words_count", "11"}});
    CHECK(has(page, "# TYPE mysql_global_status_uptime untyped"));
    CHECK(has(page, "mysql_global_status_uptime 10"));
    CHECK(has(page, "mysql_global_status_slave_running 0"));
    CHECK(has(page, "mysql_global_status_wsrep_cluster_status 1"));
    CHECK(has(page, "mysql_global_status_validate_password_dictionary_file_words_count 11"));
  }

  TEST_CASE("what is no number and what is null is left out") {
    CHECK(page_of_rows(
              {{"Ssl_version", ""}, {"Rsa_public_key", "abc"}, {"Ssl_cipher", std::nullopt}, {"Alone"}})
              .empty());
  }

  TEST_CASE("a Galera node tells who it is and how fast its group talks") {
    const std::string page = page_of_rows({{"wsrep_local_state_uuid", "6c06e583"},
                                           {"wsrep_cluster_state_uuid", "7d17f694"},
                                           {"wsrep_provider_version", "3.16(r5c765eb)"},
                                           {"wsrep_evs_repl_latency", "0.25/0.5/0.75/0.125/212"}});
    CHECK(has(page,
              "mysql_galera_status_info{wsrep_local_state_uuid=\"6c06e583\",wsrep_cluster_state_uuid="
              "\"7d17f694\",wsrep_provider_version=\"3.16(r5c765eb)\"} 1"));
    CHECK(has(page, "mysql_galera_evs_repl_latency_min_seconds 0.25"));
    CHECK(has(page, "mysql_galera_evs_repl_latency_avg_seconds 0.5"));
    CHECK(has(page, "mysql_galera_evs_repl_latency_max_seconds 0.75"));
    CHECK(has(page, "mysql_galera_evs_repl_latency_stdev 0.125"));
    CHECK(has(page, "mysql_galera_evs_repl_latency_sample_size 212"));
  }

  TEST_CASE("a latency of another shape is left out") {
    CHECK(page_of_rows({{"wsrep_evs_repl_latency", "0.25/0.5"}}).empty());
  }

  TEST_CASE("a refused statement is the scraper's failure") {
    FakeConnection connection;
    CHECK(page_of(scrape_global_status, connection) == "failed: error 1064: syntax error");
  }
}

}  // namespace sonde::mysql
