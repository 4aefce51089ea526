#include "common/core/size.h"

#include <doctest/doctest.h>

#include <string_view>

namespace sonde {

TEST_SUITE("core/size") {
  TEST_CASE("sizes have a unit of base two") {
    const auto parsed = [](std::string_view text) {
      const auto size = parse_size_bytes(text);
      REQUIRE_MESSAGE(size, text);
      return *size;
    };
    CHECK(parsed("0") == 0);
    CHECK(parsed("1B") == 1);
    CHECK(parsed("1KB") == 1024);
    CHECK(parsed("1KiB") == 1024);
    CHECK(parsed("512MB") == 536'870'912);
    CHECK(parsed("1.5GB") == 1'610'612'736);
    CHECK(parsed("1GB512MB") == 1'610'612'736);
    CHECK(parsed("+1GB") == 1'073'741'824);
    CHECK(parsed("7EiB") == 8'070'450'532'247'928'832);
  }

  TEST_CASE("what is no size is refused") {
    for (const std::string_view text :
         {"", "+", "5", "B", "nanB", "infGB", "-1GB", "1kB", "1 GB", "1e3B", "8EB", "1GBx", "1iB", "1KiBB"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_size_bytes(text));
    }
  }

  TEST_CASE("sizes print exactly") {
    CHECK(write_size_bytes(0) == "0B");
    CHECK(write_size_bytes(1) == "1B");
    CHECK(write_size_bytes(1025) == "1KiB1B");
    CHECK(write_size_bytes(1'073'741'824) == "1GiB");
    CHECK(write_size_bytes(1'610'612'736) == "1GiB512MiB");
    CHECK(write_size_bytes(uint64_t{1} << 63) == "8EiB");
  }

}  // TEST_SUITE

}  // namespace sonde
