#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

namespace {

FakeConnection server() {
  FakeConnection connection;
  connection.answers_by_part["information_schema.processlist"] = {
      .columns = {"user", "host", "command", "state", "processes", "seconds"},
      .rows = {{"app", "10.0.0.1", "Sleep", "", "1", "10"},
               {"app", "10.0.0.2", "Sleep", "", "2", "20"},
               {"admin", "", "Query", "Waiting for table flush; (now)", "1", "9"},
               {"repl", "10.0.0.2", "Binlog-Dump", "Sent all to slave.", "1", std::nullopt}}};
  return connection;
}

}  // namespace

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/info_schema_processlist") {
  TEST_CASE("threads are counted by state and by user and by host") {
    FakeConnection connection = server();
    const std::string page = page_of(scrape_processlist, connection);
    for (const std::string_view line :
         {R"(threads{command="sleep",state="unknown"} 3)", R"(seconds{command="sleep",state="unknown"} 30)",
          R"(threads{command="query",state="waiting_for_table_flush_now"} 1)",
          R"(seconds{command="query",state="waiting_for_table_flush_now"} 9)",
          R"(threads{command="binlog_dump",state="sent_all_to_slave"} 1)",
          R"(processes_by_user{mysql_user="app"} 3)", R"(processes_by_user{mysql_user="admin"} 1)",
          R"(processes_by_user{mysql_user="repl"} 1)", R"(processes_by_host{client_host="10.0.0.1"} 1)",
          R"(processes_by_host{client_host="10.0.0.2"} 3)",
          R"(processes_by_host{client_host="unknown"} 1)"}) {
      CAPTURE(line);
      CHECK(has_line(page, "mysql_info_schema_processlist_" + std::string(line)));
    }
  }

  TEST_CASE("users and hosts may be left out and short states are not counted") {
    FakeConnection connection = server();
    ScraperOptions options;
    options.processlist = {.min_time_seconds = 5, .by_user = false, .by_host = false};
    const std::string page = page_of(scrape_processlist, connection, kMariaDb, options);
    CHECK(page.find("processes_by") == std::string::npos);
    CHECK(page.find("processlist_threads") != std::string::npos);
    CHECK(connection.asked.front().find("AND TIME >= 5 GROUP BY") != std::string::npos);
  }
}

}  // namespace sonde::mysql
