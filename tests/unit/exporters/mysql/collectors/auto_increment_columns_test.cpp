#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/auto_increment_columns") {
  TEST_CASE("a column's value and its maximum are gauges") {
    FakeConnection connection;
    connection.answers_by_part["FROM information_schema.columns"] = {
        .columns = {"TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME", "max"},
        .rows = {{"shop", "orders", "id", "4294967295"},
                 {"shop", "odd", "f", std::nullopt},
                 {"shop", "gone", "id", "127"}}};
    connection.answers_by_part["FROM information_schema.tables"] = {
        .columns = {"TABLE_SCHEMA", "TABLE_NAME", "AUTO_INCREMENT"},
        .rows = {{"shop", "odd", "2"}, {"shop", "new", "3"}, {"shop", "orders", "4"}}};
    const std::string page = page_of(scrape_auto_increment_columns, connection);
    CHECK(has_line(page,
                   R"(mysql_info_schema_auto_increment_column{schema="shop",table="orders",column="id"} 4)"));
    CHECK(has_line(
        page,
        R"(mysql_info_schema_auto_increment_column_max{schema="shop",table="orders",column="id"} 4.294967295e+09)"));
    CHECK(page.find("gone") == std::string::npos);  // only one of the two statements saw these
    CHECK(page.find("new") == std::string::npos);
    // One that is neither of the five integer types has no maximum.
    CHECK(
        has_line(page, R"(mysql_info_schema_auto_increment_column{schema="shop",table="odd",column="f"} 2)"));
    CHECK(page.find(R"(column_max{schema="shop",table="odd")") == std::string::npos);
  }
}

}  // namespace sonde::mysql
