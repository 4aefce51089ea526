#include "common/exporter/connection_limit.h"

#include <doctest/doctest.h>

#include <array>
#include <string>

namespace sonde::exporter {

TEST_SUITE("exporter/connection_limit") {
  TEST_CASE("a limit is between one connection and what a process can hold") {
    const auto read = [](const std::string& value) {
      Flags flags("sonde-x", "Shows.");
      int64_t count = 512;
      add_connection_limit(flags, count);
      const std::string flag = "--web.max-connections=" + value;
      const std::array<const char*, 2> arguments{"sonde-x", flag.c_str()};
      REQUIRE(flags.parse(2, arguments.data()).run);
      return check_connection_limit(count);
    };
    CHECK(*read("1") == 1);
    CHECK(*read("65536") == 65'536);
    for (const char* value : {"0", "-1", "65537", "9223372036854775807"}) {
      CAPTURE(value);
      const auto limit = read(value);
      REQUIRE_FALSE(limit);
      CHECK(limit.error().message() == "--web.max-connections must be 1 to 65536");
    }
  }
}

}  // namespace sonde::exporter
