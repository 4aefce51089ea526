#include "scraper/prometheus_tsdb/tombstones_file.h"

#include <doctest/doctest.h>

#include "tests/unit/scraper/prometheus_tsdb/formats.h"

namespace sonde::prometheus_tsdb {
namespace {

TEST_SUITE("scraper/prometheus_tsdb/tombstones_file") {
  TEST_CASE("samples between both times are taken out and no others") {
    const std::string file = write_tombstones({{7, 10, 20}, {7, 30, 30}, {8, INT64_MIN, INT64_MAX}});
    const auto deleted = read_tombstones(io::as_bytes(file));
    REQUIRE(deleted);
    CHECK_FALSE(deleted->empty());
    std::vector<Sample> samples{{15, 0}, {9, 1}, {10, 2}, {20, 3}, {21, 4}, {30, 5}};
    CHECK(deleted->remove_from(7, samples, 1) == 3);
    CHECK(samples == std::vector<Sample>{{15, 0}, {9, 1}, {21, 4}});
    CHECK(deleted->remove_from(9, samples, 0) == 0);
    CHECK(deleted->remove_from(8, samples, 0) == 3);
  }

  TEST_CASE("a file without tombstones deletes nothing") {
    const auto deleted = read_tombstones(io::as_bytes(write_tombstones({})));
    REQUIRE(deleted);
    CHECK(deleted->empty());
  }

  TEST_CASE("a file that is cut anywhere or has a wrong bit is an error") {
    const std::string file = write_tombstones({{7, 10, 20}, {300, -5, 5000}});
    for (size_t size = 0; size < file.size(); ++size)
      CHECK_FALSE(read_tombstones(io::as_bytes(file.substr(0, size))));
    for (size_t bit = 0; bit < file.size() * 8; ++bit) {
      std::string damaged = file;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
      CHECK_FALSE(read_tombstones(io::as_bytes(damaged)));
    }
  }
}

}  // namespace
}  // namespace sonde::prometheus_tsdb
