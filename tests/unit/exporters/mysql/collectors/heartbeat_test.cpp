#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/heartbeat") {
  TEST_CASE("both times are gauges of the server that wrote the row") {
    FakeConnection connection;
    connection.answers
        ["SELECT server_id, UNIX_TIMESTAMP(ts), UNIX_TIMESTAMP(NOW(6)) FROM `heartbeat`.`heartbeat`"] = {
        .columns = {}, .rows = {{"7", "1487597613.001320", "1487598113.448042"}}};
    const std::string page = page_of(scrape_heartbeat, connection);
    CHECK(has_line(page, R"(mysql_heartbeat_stored_timestamp_seconds{server_id="7"} 1.48759761300132e+09)"));
    CHECK(has_line(page, R"(mysql_heartbeat_now_timestamp_seconds{server_id="7"} 1.487598113448042e+09)"));
    CHECK(has_line(page, "# TYPE mysql_heartbeat_now_timestamp_seconds gauge"));
  }

  TEST_CASE("the flags name table and clock whatever they are called") {
    FakeConnection connection;
    ScraperOptions options;
    options.heartbeat = {.database = "my`db", .table = "beats", .utc = true};
    page_of(scrape_heartbeat, connection, kMariaDb, options);
    CHECK(connection.asked.front() ==
          "SELECT server_id, UNIX_TIMESTAMP(ts), UNIX_TIMESTAMP(UTC_TIMESTAMP(6)) FROM `my``db`.`beats`");
  }
}

}  // namespace sonde::mysql
