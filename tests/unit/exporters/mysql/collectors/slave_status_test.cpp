#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {
namespace {

bool has(const std::string& page, std::string_view line) {
  return page.find("\n" + std::string(line) + "\n") != std::string::npos;
}

}  // namespace

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/slave_status") {
  TEST_CASE("every column that is a number or a state is a family") {
    FakeConnection connection;
    connection.answers["SHOW ALL SLAVES STATUS"] = {
        .columns = {"Connection_name", "Master_Host", "Read_Master_Log_Pos", "Slave_IO_Running",
                    "Slave_SQL_Running", "Seconds_Behind_Master", "Gtid_IO_Pos", "Gtid_Slave_Pos"},
        .rows = {{"east", "127.0.0.1", "1", "Connecting", "Yes", std::nullopt, "0-1-2,3-4-5", "0-1-x,7"}}};
    const std::string page = page_of(scrape_slave_status, connection);
    const std::string labels =
        "{master_host=\"127.0.0.1\",master_uuid=\"\",channel_name=\"\",connection_name=\"east\"";
    CHECK(has(page, "# TYPE mysql_slave_status_read_master_log_pos untyped"));
    CHECK(has(page, "mysql_slave_status_read_master_log_pos" + labels + "} 1"));
    CHECK(has(page, "mysql_slave_status_slave_io_running" + labels + "} 0"));
    CHECK(has(page, "mysql_slave_status_slave_sql_running" + labels + "} 1"));
    CHECK(page.find("seconds_behind_master") == std::string::npos);  // NULL while it does not run.
    CHECK(has(page, "# TYPE mysql_slave_status_gtid_io_pos gauge"));
    CHECK(has(page, "mysql_slave_status_gtid_io_pos" + labels + ",domain_id=\"0\",server_id=\"1\"} 2"));
    CHECK(has(page, "mysql_slave_status_gtid_io_pos" + labels + ",domain_id=\"3\",server_id=\"4\"} 5"));
    CHECK(page.find("gtid_slave_pos") == std::string::npos);  // Nothing of it is a position.
    CHECK(connection.asked.size() == 1);
  }

  TEST_CASE("newer servers are asked in their own words and name their source") {
    FakeConnection connection;
    connection.answers["SHOW REPLICA STATUS"] = {
        .columns = {"Source_Host", "Source_UUID", "Channel_Name", "Seconds_Behind_Source"},
        .rows = {{"db1", "u-1", "c", "7"}}};
    CHECK(has(
        page_of(scrape_slave_status, connection),
        "mysql_slave_status_seconds_behind_source{master_host=\"db1\",master_uuid=\"u-1\",channel_name=\"c\","
        "connection_name=\"\"} 7"));
  }

  TEST_CASE("Percona's form that takes no lock is tried where the plain one is refused") {
    FakeConnection connection;
    connection.answers["SHOW SLAVE STATUS NOLOCK"] = {.columns = {"Master_Host"}, .rows = {}};
    CHECK(page_of(scrape_slave_status, connection).empty());
    CHECK(connection.asked.back() == "SHOW SLAVE STATUS NOLOCK");
  }

  TEST_CASE("a server that knows none of the statements is the scraper's failure") {
    FakeConnection connection;
    CHECK(page_of(scrape_slave_status, connection) == "failed: error 1064: syntax error");
    CHECK(connection.asked.size() == 9);
  }
}

}  // namespace sonde::mysql
