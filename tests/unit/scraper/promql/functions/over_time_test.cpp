#include <doctest/doctest.h>

#include <cmath>

#include "kernel.h"

namespace sonde::promql {
namespace {

TEST_SUITE("promql/functions/over_time") {
  TEST_CASE("an empty window gives nothing") {
    for (const RangeFn function : {range_avg, range_count, range_last, range_max, range_present, range_sum}) {
      CHECK_FALSE(over_samples(function, {}));
    }
  }

  TEST_CASE("extremes are NaN only if all samples are") {
    const double nan = std::nan("");
    CHECK(over_samples(range_max, {nan, 1, nan}) == 1);
    CHECK(over_samples(range_min, {2, nan}) == 2);
    CHECK(std::isnan(*over_samples(range_min, {nan, nan})));
  }

  TEST_CASE("the time of an extreme is that of its last occurrence") {
    CHECK(over_samples(range_ts_of_max, {1, 3, 3, 2}) == 20);
    CHECK(over_samples(range_ts_of_min, {1, 3, 1, 2}) == 20);
    CHECK(over_samples(range_ts_of_first, {1, 3}) == 0);
    CHECK(over_samples(range_ts_of_last, {1, 3}) == 10);
  }

  TEST_CASE("a quantile lies between its neighbours") {
    CHECK(over_samples(range_quantile, {4, 1, 3, 2}, 10'000, {0.5}) == 2.5);
    CHECK(over_samples(range_quantile, {4, 1, 3, 2}, 10'000, {1}) == 4);
    CHECK(std::isinf(*over_samples(range_quantile, {1}, 10'000, {-0.1})));
    CHECK(over_samples(range_mad, {1, 2, 3, 100}) == 1);
  }
}

}  // namespace
}  // namespace sonde::promql
