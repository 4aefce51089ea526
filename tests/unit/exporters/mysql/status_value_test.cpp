#include "exporters/mysql/status_value.h"

#include <doctest/doctest.h>

namespace sonde::mysql {

TEST_SUITE("mysql/status_value") {
  TEST_CASE("words are switches and the rest are numbers and times") {
    const auto is = [](std::string_view text, double value) {
      CAPTURE(text);
      const auto parsed = parse_status_value(text);
      REQUIRE(parsed);
      CHECK(*parsed == value);
    };
    is("Yes", 1);
    is("ON", 1);
    is("Primary", 1);
    is("no", 0);
    is("OFF", 0);
    is("DISABLED", 0);
    is("Connecting", 0);
    is("non-Primary", 0);
    is("Disconnected", 0);
    is("12", 12);
    is("-1.5", -1.5);
    is("Jan 02 15:04:05 2006 GMT", 1136214245);  // date -u -d '2006-01-02 15:04:05' +%s
    is("2006-01-02 15:04:05", 1136214245);
  }

  TEST_CASE("other texts are no value") {
    for (const std::string_view text :
         {"", "utf8mb4", "10.11.6-MariaDB", "127.0.0.1", "2006-01-02", "a.b", "mysql-bin.000123"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_status_value(text));
    }
  }

  TEST_CASE("a name becomes part of a metric name") {
    CHECK(metric_part("Innodb_Buffer-Pool.x") == "innodb_buffer_pool_x");
  }
}

}  // namespace sonde::mysql
