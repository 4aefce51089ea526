#include "scraper/tsdb/catalog.h"

#include <doctest/doctest.h>

#include <string>

namespace sonde::tsdb {
namespace {

TEST_SUITE("scraper/tsdb/catalog") {
  TEST_CASE("a line of the MANIFEST begins with the checksum of its text") {
    // CRC-32C of "123456789" is e3069283.
    CHECK(manifest_line("123456789") == "e3069283 123456789");
    CHECK(check_manifest_line("e3069283 123456789") == "123456789");
  }

  TEST_CASE("a cut or changed line is refused") {
    const std::string line = manifest_line("block a.block 7200000");
    for (size_t length = 0; length < line.size(); ++length)
      CHECK(check_manifest_line(line.substr(0, length)).empty());
    for (size_t at = 0; at < line.size(); ++at) {
      std::string damaged = line;
      damaged[at] = static_cast<char>(damaged[at] ^ 1);
      CHECK(check_manifest_line(damaged).empty());
    }
  }
}

}  // namespace
}  // namespace sonde::tsdb
