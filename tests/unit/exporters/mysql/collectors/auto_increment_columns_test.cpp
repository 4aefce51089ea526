#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/auto_increment_columns") {
  TEST_CASE("a column's value and its maximum are gauges") {
    FakeConnection connection;
    connection.answers_by_part["c.extra = 'auto_increment'"] = {
        .columns = {},
        .rows = {{"shop", "orders", "id", "4", "4294967295"}, {"shop", "odd", "f", "2", std::nullopt}}};
    const std::string page = page_of(scrape_auto_increment_columns, connection);
    CHECK(has_line(page,
                   R"(mysql_info_schema_auto_increment_column{schema="shop",table="orders",column="id"} 4)"));
    CHECK(has_line(
        page,
        R"(mysql_info_schema_auto_increment_column_max{schema="shop",table="orders",column="id"} 4.294967295e+09)"));
    // One that is neither of the five integer types has no maximum.
    CHECK(
        has_line(page, R"(mysql_info_schema_auto_increment_column{schema="shop",table="odd",column="f"} 2)"));
    CHECK(page.find(R"(column_max{schema="shop",table="odd")") == std::string::npos);
  }
}

}  // namespace sonde::mysql
