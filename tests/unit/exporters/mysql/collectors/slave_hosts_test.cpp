#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/slave_hosts") {
  TEST_CASE("MariaDB has four columns") {
    FakeConnection connection;
    connection.answers["SHOW SLAVE HOSTS"] = {.columns = {"Server_id", "Host", "Port", "Master_id"},
                                              .rows = {{"380239978", "backup_server_1", "0", "1"}}};
    CHECK(has_line(
        page_of(scrape_slave_hosts, connection),
        R"(mysql_heartbeat_mysql_slave_hosts_info{server_id="380239978",slave_host="backup_server_1",port="0",)"
        R"(master_id="1",slave_uuid=""} 1)"));
  }

  // Columns by the manuals of MySQL.
  TEST_CASE("MySQL has an identifier instead of the rank that it once had") {
    FakeConnection old;
    old.answers["SHOW SLAVE HOSTS"] = {
        .columns = {"Server_id", "Host", "Port", "Rpl_recovery_rank", "Master_id"},
        .rows = {{"2", "db2", "3306", "0", "1"}}};
    CHECK(has_line(
        page_of(scrape_slave_hosts, old, Server{.version = {5, 1}}),
        R"(mysql_heartbeat_mysql_slave_hosts_info{server_id="2",slave_host="db2",port="3306",master_id="1",)"
        R"(slave_uuid=""} 1)"));
    FakeConnection newer;
    newer.answers["SHOW SLAVE HOSTS"] = {.columns = {"Server_id", "Host", "Port", "Master_id", "Slave_UUID"},
                                         .rows = {{"2", "db2", "3306", "1", "14cb6624"}}};
    CHECK(has_line(
        page_of(scrape_slave_hosts, newer, kMySql80),
        R"(mysql_heartbeat_mysql_slave_hosts_info{server_id="2",slave_host="db2",port="3306",master_id="1",)"
        R"(slave_uuid="14cb6624"} 1)"));
  }

  TEST_CASE("MySQL since 8 4 knows the newer words only") {
    FakeConnection connection;
    connection.answers["SHOW REPLICAS"] = {
        .columns = {"Server_Id", "Host", "Port", "Source_Id", "Replica_UUID"},
        .rows = {{"2", "db2", "3306", "1", "14cb6624"}}};
    CHECK(has_line(
        page_of(scrape_slave_hosts, connection, Server{.version = {8, 4}}),
        R"(mysql_heartbeat_mysql_slave_hosts_info{server_id="2",slave_host="db2",port="3306",master_id="1",)"
        R"(slave_uuid="14cb6624"} 1)"));
  }

  TEST_CASE("a missing privilege is said as it is") {
    FakeConnection connection;
    connection.refusal = Error(ErrorCode::PermissionDenied, "error 1227: denied");
    CHECK(page_of(scrape_slave_hosts, connection) == "failed: error 1227: denied");
    CHECK(connection.asked.size() == 1);
  }
}

}  // namespace sonde::mysql
