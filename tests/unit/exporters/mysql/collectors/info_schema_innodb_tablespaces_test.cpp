#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/info_schema_innodb_tablespaces") {
  TEST_CASE("a space has its facts as labels and its sizes as gauges") {
    FakeConnection connection;
    connection.answers_by_part["information_schema.INNODB_TABLESPACES"] = {
        .columns = {}, .rows = {{"sys/sys_config", "NONE", "Dynamic", "Single", "1", "100", "90"}}};
    const std::string page = page_of(scrape_innodb_tablespaces, connection, kMySql80);
    const std::string prefix = "mysql_info_schema_innodb_tablespace_";
    CHECK(has_line(
        page, prefix +
                  R"(space_info{tablespace_name="sys/sys_config",file_format="NONE",row_format="Dynamic",)" +
                  R"(space_type="Single"} 1)"));
    CHECK(has_line(page, prefix + R"(file_size_bytes{tablespace_name="sys/sys_config"} 100)"));
    CHECK(has_line(page, prefix + R"(allocated_size_bytes{tablespace_name="sys/sys_config"} 90)"));
  }

  // Columns by the manuals: 5.7 has FILE_FORMAT, 8.0 has not; MariaDB has no SPACE_TYPE since 10.5.
  TEST_CASE("each kind and age of server is asked for what it has") {
    const auto asked = [](const Server& server) {
      FakeConnection connection;
      page_of(scrape_innodb_tablespaces, connection, server);
      return connection.asked.front();
    };
    CHECK(asked(kMariaDb) ==
          "SELECT NAME, 'NONE', IFNULL(ROW_FORMAT, 'NONE'), '', SPACE, FILE_SIZE, ALLOCATED_SIZE "
          "FROM information_schema.INNODB_SYS_TABLESPACES");
    CHECK(asked({.version = {10, 4, 30}, .is_mariadb = true}) ==
          "SELECT NAME, 'NONE', IFNULL(ROW_FORMAT, 'NONE'), IFNULL(SPACE_TYPE, 'NONE'), SPACE, FILE_SIZE, "
          "ALLOCATED_SIZE FROM information_schema.INNODB_SYS_TABLESPACES");
    CHECK(asked({.version = {5, 7, 44}}) ==
          "SELECT NAME, IFNULL(FILE_FORMAT, 'NONE'), IFNULL(ROW_FORMAT, 'NONE'), IFNULL(SPACE_TYPE, 'NONE'), "
          "SPACE, "
          "FILE_SIZE, ALLOCATED_SIZE FROM information_schema.INNODB_SYS_TABLESPACES");
    CHECK(asked(kMySql80) ==
          "SELECT NAME, 'NONE', IFNULL(ROW_FORMAT, 'NONE'), IFNULL(SPACE_TYPE, 'NONE'), SPACE, FILE_SIZE, "
          "ALLOCATED_SIZE FROM information_schema.INNODB_TABLESPACES");
  }
}

}  // namespace sonde::mysql
