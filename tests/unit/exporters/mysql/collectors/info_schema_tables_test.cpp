#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/info_schema_tables") {
  TEST_CASE("all databases but the server's own are asked one by one") {
    FakeConnection connection;
    connection.answers_by_part["information_schema.schemata"] = {.columns = {"SCHEMA_NAME"},
                                                                 .rows = {{"a"}, {"b"}}};
    connection.answers_by_part["TABLE_SCHEMA = _utf8mb4 X'61'"] = {
        .columns = {},
        .rows = {
            {"a", "t", "BASE TABLE", "InnoDB", "Dynamic", "row_format=DYNAMIC", "10", "3", "4", "5", "6"}}};
    connection.answers_by_part["TABLE_SCHEMA = _utf8mb4 X'62'"] = {
        .columns = {}, .rows = {{"b", "v", "VIEW", "NONE", "NONE", "NONE", "0", "0", "0", "0", "0"}}};
    const std::string page = page_of(scrape_tables, connection);
    CHECK(connection.asked.front().find(
              "NOT IN ('mysql', 'performance_schema', 'information_schema', 'sys')") != std::string::npos);
    for (
        const std::string_view line :
        {R"(version{schema="a",table="t",type="BASE TABLE",engine="InnoDB",row_format="Dynamic",create_options="row_format=DYNAMIC"} 10)",
         R"(rows{schema="a",table="t"} 3)", R"(size{schema="a",table="t",component="data_length"} 4)",
         R"(size{schema="a",table="t",component="index_length"} 5)",
         R"(size{schema="a",table="t",component="data_free"} 6)", R"(rows{schema="b",table="v"} 0)"}) {
      CAPTURE(line);
      CHECK(has_line(page, "mysql_info_schema_table_" + std::string(line)));
    }
  }

  TEST_CASE("the flag's databases are asked and no others") {
    FakeConnection connection;
    connection.answers_by_part["FROM information_schema.tables"] = {.columns = {}, .rows = {}};
    ScraperOptions options;
    options.tables.databases = "shop,it's";
    CHECK(page_of(scrape_tables, connection, kMariaDb, options).empty());
    REQUIRE(connection.asked.size() == 2);
    CHECK(connection.asked[0].ends_with("TABLE_SCHEMA = _utf8mb4 X'73686f70'"));
    CHECK(connection.asked[1].ends_with("TABLE_SCHEMA = _utf8mb4 X'69742773'"));
  }

  TEST_CASE("what came before an error stays") {
    FakeConnection connection;
    connection.answers_by_part["TABLE_SCHEMA = _utf8mb4 X'61'"] = {
        .columns = {}, .rows = {{"a", "t", "BASE TABLE", "InnoDB", "Dynamic", "", "10", "3", "4", "5", "6"}}};
    connection.refusal = Error(ErrorCode::DeadlineExceeded, "the time for the scrape is over");
    ScraperOptions options;
    options.tables.databases = "a,b";
    const std::string page = page_of(scrape_tables, connection, kMariaDb, options);
    CHECK(has_line(page, R"(mysql_info_schema_table_rows{schema="a",table="t"} 3)"));
    CHECK(page.ends_with("failed: the time for the scrape is over"));
  }
}

}  // namespace sonde::mysql
