#include "exporters/mysql/sql_text.h"

#include <doctest/doctest.h>

namespace sonde::mysql {

TEST_SUITE("mysql/sql_text") {
  TEST_CASE("a text is its bytes whatever they are") {
    CHECK(sql_text("ab") == "_utf8mb4 X'6162'");
    CHECK(sql_text("") == "_utf8mb4 X''");
    CHECK(sql_text("'\\\xff") == "_utf8mb4 X'275cff'");
  }

  TEST_CASE("a name ends where it ends") {
    CHECK(sql_name("heartbeat") == "`heartbeat`");
    CHECK(sql_name("a`b; DROP") == "`a``b; DROP`");
  }
}

}  // namespace sonde::mysql
