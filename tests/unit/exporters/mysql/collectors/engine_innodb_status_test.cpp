#include <doctest/doctest.h>

#include <utility>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

namespace {

FakeConnection server_with(std::string status) {
  FakeConnection connection;
  connection.answers["SHOW ENGINE INNODB STATUS"] = {.columns = {"Type", "Name", "Status"},
                                                     .rows = {{"InnoDB", "", std::move(status)}}};
  return connection;
}

}  // namespace

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/engine_innodb_status") {
  TEST_CASE("the three figures are taken from their lines") {
    FakeConnection connection = server_with(
        "=====\nROW OPERATIONS\n--------------\n661 queries inside InnoDB, 10 queries in queue\n"
        "15 read views open inside InnoDB\n6 RW transactions active inside InnoDB\n");
    const std::string page = page_of(scrape_engine_innodb_status, connection);
    CHECK(has_line(page, "mysql_engine_innodb_queries_inside_innodb 661"));
    CHECK(has_line(page, "mysql_engine_innodb_queries_in_queue 10"));
    CHECK(has_line(page, "mysql_engine_innodb_read_views_open_inside_innodb 15"));
    CHECK(has_line(page, "# TYPE mysql_engine_innodb_queries_in_queue gauge"));
  }

  TEST_CASE("a statement that reads like them does not count") {
    FakeConnection connection = server_with(
        "LATEST DETECTED DEADLOCK\nselect\n99 read views open inside InnoDB\nx 5 queries in queue\n"
        "ROW OPERATIONS\n1 read views open inside InnoDB\n");
    const std::string page = page_of(scrape_engine_innodb_status, connection);
    CHECK(has_line(page, "mysql_engine_innodb_read_views_open_inside_innodb 1"));
    CHECK(page.find("in_queue") == std::string::npos);
    CHECK(page.find("99") == std::string::npos);
  }

  TEST_CASE("a text without them is no failure and no text is one") {
    FakeConnection without = server_with("INNODB MONITOR OUTPUT\n");
    CHECK(page_of(scrape_engine_innodb_status, without).empty());
    FakeConnection none;
    none.answers["SHOW ENGINE INNODB STATUS"] = {.columns = {"Type", "Name", "Status"}, .rows = {}};
    CHECK(page_of(scrape_engine_innodb_status, none) ==
          "failed: SHOW ENGINE INNODB STATUS: want one row of three columns");
  }

  TEST_CASE("a text that is cut anywhere gives whole numbers or none") {
    const std::string whole =
        "661 queries inside InnoDB, 10 queries in queue\n15 read views open inside InnoDB\n";
    for (size_t size = 0; size <= whole.size(); ++size) {
      CAPTURE(size);
      FakeConnection connection = server_with(whole.substr(0, size));
      const std::string page = page_of(scrape_engine_innodb_status, connection);
      CHECK(page.find("failed") == std::string::npos);
      const auto is_right = [&](const std::string& name, const std::string& value) {
        return page.find(name + " gauge") == std::string::npos || has_line(page, name + " " + value);
      };
      CHECK(is_right("mysql_engine_innodb_queries_inside_innodb", "661"));
      CHECK(is_right("mysql_engine_innodb_queries_in_queue", "10"));
      CHECK(is_right("mysql_engine_innodb_read_views_open_inside_innodb", "15"));
    }
  }
}

}  // namespace sonde::mysql
