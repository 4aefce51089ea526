#include <doctest/doctest.h>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {

// Families, labels and types are those of mysqld_exporter's collector of this name.
TEST_SUITE("mysql/collectors/mysql_user") {
  TEST_CASE("a user's limits are gauges") {
    FakeConnection connection;
    connection.answers
        ["SELECT user, host, max_questions, max_updates, max_connections, max_user_connections FROM "
         "mysql.user"] = {.columns = {}, .rows = {{"app", "%", "1", "2", "3", "4"}}};
    const std::string page = page_of(scrape_user, connection);
    for (const std::string_view line : {R"(max_questions{mysql_user="app",hostmask="%"} 1)",
                                        R"(max_updates{mysql_user="app",hostmask="%"} 2)",
                                        R"(max_connections{mysql_user="app",hostmask="%"} 3)",
                                        R"(max_user_connections{mysql_user="app",hostmask="%"} 4)"}) {
      CAPTURE(line);
      CHECK(has_line(page, "mysql_mysql_" + std::string(line)));
    }
    CHECK(page.find("_priv") == std::string::npos);
    CHECK(connection.asked.size() == 1);
  }

  TEST_CASE("privileges are asked for when they are wanted") {
    FakeConnection connection;
    connection.answers_by_part["max_questions"] = {.columns = {}, .rows = {{"app", "%", "0", "0", "0", "0"}}};
    std::vector<std::optional<std::string>> row{"app", "%"};
    row.insert(row.end(), 29, "0");
    row[2] = "1";
    connection.answers_by_part["select_priv = 'Y', insert_priv = 'Y'"] = {.columns = {}, .rows = {row}};
    ScraperOptions options;
    options.user.privileges = true;
    const std::string page = page_of(scrape_user, connection, kMariaDb, options);
    CHECK(has_line(page, R"(mysql_mysql_select_priv{mysql_user="app",hostmask="%"} 1)"));
    CHECK(has_line(page, R"(mysql_mysql_insert_priv{mysql_user="app",hostmask="%"} 0)"));
    CHECK(has_line(page, R"(mysql_mysql_create_tablespace_priv{mysql_user="app",hostmask="%"} 0)"));
    CHECK(page.find("# HELP mysql_mysql_select_priv Select_priv by user.\n") != std::string::npos);
  }
}

}  // namespace sonde::mysql
