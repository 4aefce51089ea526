#include "scraper/promql/value.h"

#include <doctest/doctest.h>

namespace sonde::promql {
namespace {

TEST_SUITE("promql/value") {
  TEST_CASE("rows start empty and keep what is set") {
    Tile tile(130);
    CHECK(tile.words() == 3);
    tile.add_row(Labels{{"a", "1"}});
    tile.add_row(Labels{{"a", "2"}}, true);
    CHECK(tile.row_is_empty(0));
    tile.set(1, 129, 7);
    CHECK(tile.has(1, 129));
    CHECK_FALSE(tile.has(1, 128));
    CHECK(tile.samples() == 1);
    tile.remove_empty_rows();
    REQUIRE(tile.rows() == 1);
    CHECK(tile.labels(0).get("a") == "2");
    CHECK(tile.drop_name(0));
    CHECK(tile.values(0)[129] == 7);
  }

  TEST_CASE("bits are visited in order") {
    std::vector<uint64_t> bits{~uint64_t{0}, 5};
    std::vector<size_t> seen;
    for_each_bit(bits.data(), 67, [&](size_t i) { seen.push_back(i); });
    REQUIRE(seen.size() == 66);
    CHECK(seen[63] == 63);
    CHECK(seen[64] == 64);
    CHECK(seen[65] == 66);
  }

  TEST_CASE("appended rows follow") {
    Tile a(2);
    a.set(a.add_row(Labels{{"a", "1"}}), 0, 1);
    Tile b(2);
    b.set(b.add_row(Labels{{"a", "2"}}), 1, 2);
    a.append(std::move(b));
    REQUIRE(a.rows() == 2);
    CHECK(a.has(1, 1));
    CHECK(a.values(1)[1] == 2);
  }
}

}  // namespace
}  // namespace sonde::promql
