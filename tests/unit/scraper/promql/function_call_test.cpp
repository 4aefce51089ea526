#include "scraper/promql/function_call.h"

#include <doctest/doctest.h>

namespace sonde::promql {
namespace {

Tile two_rows(size_t first_step, size_t second_step) {
  Tile tile(2);
  tile.set(tile.add_row(Labels{{"a", "1"}}), first_step, 1);
  tile.set(tile.add_row(Labels{{"a", "1"}}), second_step, 2);
  return tile;
}

TEST_SUITE("promql/function_call") {
  TEST_CASE("equal labels at different steps become one row") {
    Tile tile = two_rows(0, 1);
    REQUIRE(merge_equal_labels(tile));
    REQUIRE(tile.rows() == 1);
    CHECK(tile.values(0)[0] == 1);
    CHECK(tile.values(0)[1] == 2);
  }

  TEST_CASE("equal labels at one step are an error") {
    Tile tile = two_rows(1, 1);
    CHECK_FALSE(merge_equal_labels(tile));
    CHECK_FALSE(check_unique_labels(two_rows(0, 1)));
  }
}

}  // namespace
}  // namespace sonde::promql
