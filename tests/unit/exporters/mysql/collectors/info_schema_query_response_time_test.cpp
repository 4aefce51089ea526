#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {
namespace {

const std::string kSwitch = "SELECT @@query_response_time_stats";
const std::string kAll = "SELECT TIME, COUNT, TOTAL FROM INFORMATION_SCHEMA.QUERY_RESPONSE_TIME";

Table rows(std::vector<std::vector<std::optional<std::string>>> cells) {
  return {.columns = {}, .rows = std::move(cells)};
}

}  // namespace

// Families are those of mysqld_exporter's collector of this name, rows those of MariaDB's plugin.
TEST_SUITE("mysql/collectors/info_schema_query_response_time") {
  TEST_CASE("buckets add up and what took too long is in the last") {
    FakeConnection connection;
    connection.answers[kSwitch] = rows({{"1"}});
    connection.answers[kAll] = rows({{"      0.000001", "10", "      0.000007"},
                                     {"      0.100000", "2", "      0.150000"},
                                     {"1000000.00000", "0", "      0.000000"},
                                     {"TOO LONG", "1", "TOO LONG"}});
    CHECK(page_of(scrape_query_response_time, connection) ==
          "# HELP mysql_info_schema_query_response_time_seconds The number of all queries by duration they "
          "took "
          "to execute.\n"
          "# TYPE mysql_info_schema_query_response_time_seconds histogram\n"
          "mysql_info_schema_query_response_time_seconds_bucket{le=\"1e-06\"} 10\n"
          "mysql_info_schema_query_response_time_seconds_bucket{le=\"0.1\"} 12\n"
          "mysql_info_schema_query_response_time_seconds_bucket{le=\"1e+06\"} 12\n"
          "mysql_info_schema_query_response_time_seconds_bucket{le=\"+Inf\"} 13\n"
          "mysql_info_schema_query_response_time_seconds_sum 0.150007\n"
          "mysql_info_schema_query_response_time_seconds_count 13\n");
  }

  TEST_CASE("a server without the plugin and one where it is off say nothing") {
    FakeConnection without;
    CHECK(page_of(scrape_query_response_time, without).empty());
    FakeConnection off;
    off.answers[kSwitch] = rows({{"0"}});
    CHECK(page_of(scrape_query_response_time, off).empty());
    CHECK(off.asked.size() == 1);
  }

  TEST_CASE("a table that is refused while the plugin is on is the scraper's failure") {
    FakeConnection connection;
    connection.answers[kSwitch] = rows({{"1"}});
    CHECK(page_of(scrape_query_response_time, connection) == "failed: error 1064: syntax error");
    connection.answers[kAll] = rows({{"0.1", "1"}});
    CHECK(page_of(scrape_query_response_time, connection) ==
          "failed: want the columns TIME, COUNT and TOTAL");
  }
}

}  // namespace sonde::mysql
