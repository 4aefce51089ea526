#include <doctest/doctest.h>

#include <utility>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

namespace {

FakeConnection server_with(Table logs) {
  FakeConnection connection;
  connection.answers["SELECT @@log_bin"] = {.columns = {"@@log_bin"}, .rows = {{"1"}}};
  connection.answers["SHOW BINARY LOGS"] = std::move(logs);
  return connection;
}

}  // namespace

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/binlog_size") {
  TEST_CASE("sizes are summed up and the last file has its number") {
    FakeConnection connection =
        server_with({.columns = {"Log_name", "File_size"},
                     .rows = {{"centos6-bin.000001", "1813"}, {"centos6-bin.000444", "573009"}}});
    const std::string page = page_of(scrape_binlog_size, connection);
    CHECK(has_line(page, "mysql_binlog_size_bytes 574822"));
    CHECK(has_line(page, "mysql_binlog_files 2"));
    CHECK(has_line(page, "mysql_binlog_file_number 444"));
  }

  TEST_CASE("MySQL since 8 0 14 says as well whether a file is encrypted") {
    FakeConnection connection = server_with(
        {.columns = {"Log_name", "File_size", "Encrypted"}, .rows = {{"db.example.000007", "10", "No"}}});
    const std::string page = page_of(scrape_binlog_size, connection, kMySql80);
    CHECK(has_line(page, "mysql_binlog_size_bytes 10"));
    CHECK(has_line(page, "mysql_binlog_file_number 7"));
  }

  TEST_CASE("a server without binary log is not asked for its files") {
    FakeConnection connection;
    connection.answers["SELECT @@log_bin"] = {.columns = {"@@log_bin"}, .rows = {{"0"}}};
    CHECK(page_of(scrape_binlog_size, connection).empty());
    CHECK(connection.asked.size() == 1);
  }

  TEST_CASE("no file has no number and a size that is none is an error") {
    FakeConnection empty = server_with({.columns = {"Log_name", "File_size"}, .rows = {}});
    CHECK(page_of(scrape_binlog_size, empty).find("file_number") == std::string::npos);
    FakeConnection odd = server_with({.columns = {"Log_name", "File_size"}, .rows = {{"bin.000001", "x"}}});
    CHECK(page_of(scrape_binlog_size, odd) == "failed: SHOW BINARY LOGS: want a name and a size in each row");
  }
}

}  // namespace sonde::mysql
