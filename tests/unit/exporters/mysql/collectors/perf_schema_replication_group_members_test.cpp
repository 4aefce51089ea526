#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/perf_schema_replication_group_members") {
  // As the manual of MySQL 8.0 has the table, "The replication_group_members Table".
  TEST_CASE("the columns are the labels") {
    FakeConnection connection;
    connection.answers["SELECT * FROM performance_schema.replication_group_members"] = {
        .columns = {"CHANNEL_NAME", "MEMBER_ID", "MEMBER_HOST", "MEMBER_PORT", "MEMBER_STATE", "MEMBER_ROLE",
                    "MEMBER_VERSION"},
        .rows = {{"group_replication_applier", "uuid1", "db1", "3306", "ONLINE", "PRIMARY", "8.0.36"},
                 {"group_replication_applier", "uuid2", "db2", std::nullopt, "RECOVERING", "SECONDARY",
                  "8.0.36"}}};
    const std::string page = page_of(scrape_replication_group_members, connection, kMySql80);
    const std::string name =
        R"(mysql_perf_schema_replication_group_member_info{channel_name="group_replication_applier",)";
    CHECK(has_line(page,
                   name + R"(member_id="uuid1",member_host="db1",member_port="3306",member_state="ONLINE",)" +
                       R"(member_role="PRIMARY",member_version="8.0.36"} 1)"));
    CHECK(has_line(page,
                   name + R"(member_id="uuid2",member_host="db2",member_port="",member_state="RECOVERING",)" +
                       R"(member_role="SECONDARY",member_version="8.0.36"} 1)"));
  }

  TEST_CASE("a column that could not be a label is left out") {
    FakeConnection connection;
    connection.answers_by_part["replication_group_members"] = {
        .columns = {"", "MEMBER_ID", "member_id", "__NAME__", "1"}, .rows = {{"a", "b", "c", "d", "e"}}};
    CHECK(has_line(page_of(scrape_replication_group_members, connection, kMySql80),
                   R"(mysql_perf_schema_replication_group_member_info{member_id="b"} 1)"));
  }

  TEST_CASE("a server without groups is the scraper's failure") {
    FakeConnection connection;
    connection.refusal = Error(ErrorCode::NotFound, "error 1146: no such table");
    CHECK(page_of(scrape_replication_group_members, connection) == "failed: error 1146: no such table");
  }
}

}  // namespace sonde::mysql
