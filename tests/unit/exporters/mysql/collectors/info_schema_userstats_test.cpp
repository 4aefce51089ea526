#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/info_schema_userstats") {
  TEST_CASE("columns are families of the user") {
    FakeConnection connection;
    connection.answers_by_part["Variable_Name='userstat'"] = variables({{"userstat", "ON"}});
    connection.answers["SELECT * FROM information_schema.user_statistics"] = {
        .columns = {"USER", "TOTAL_CONNECTIONS", "CONCURRENT_CONNECTIONS", "BUSY_TIME"},
        .rows = {{"x", "1", "2", "0.5"}, {"y", "3", "4", "1e-05"}}};
    const std::string page = page_of(scrape_user_statistics, connection);
    CHECK(has_line(page, "# TYPE mysql_info_schema_user_statistics_total_connections counter"));
    CHECK(has_line(page, R"(mysql_info_schema_user_statistics_total_connections{user="x"} 1)"));
    CHECK(has_line(page, "# TYPE mysql_info_schema_user_statistics_concurrent_connections gauge"));
    CHECK(has_line(page, R"(mysql_info_schema_user_statistics_concurrent_connections{user="y"} 4)"));
    CHECK(has_line(page, R"(mysql_info_schema_user_statistics_busy_seconds_total{user="y"} 1e-05)"));
  }

  TEST_CASE("a server that does not count has nothing to say") {
    FakeConnection connection;
    connection.answers_by_part["Variable_Name='userstat'"] = variables({{"userstat", "OFF"}});
    CHECK(page_of(scrape_user_statistics, connection).empty());
    CHECK(connection.asked.size() == 1);
  }
}

}  // namespace sonde::mysql
