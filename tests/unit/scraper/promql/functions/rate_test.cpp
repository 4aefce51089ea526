#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "kernel.h"

namespace sonde::promql {
namespace {

TEST_SUITE("promql/functions/rate") {
  TEST_CASE("two samples are needed where a difference is taken") {
    for (const RangeFn function :
         {range_rate, range_increase, range_delta, range_irate, range_idelta, range_deriv}) {
      CHECK_FALSE(over_samples(function, {}));
      CHECK_FALSE(over_samples(function, {1}));
      CHECK(over_samples(function, {1, 2}));
    }
  }

  TEST_CASE("one sample has no change") {
    CHECK(over_samples(range_changes, {1}) == 0);
    CHECK(over_samples(range_resets, {1}) == 0);
  }

  TEST_CASE("from NaN to NaN is no change") {
    const double nan = std::nan("");
    CHECK(over_samples(range_changes, {nan, nan, 1, nan}) == 2);
  }

  // (0 + 10 s, end] with a sample at its start: the gap of 10 s counts in full.
  TEST_CASE("a whole window is extrapolated to its start") {
    CHECK(over_samples(range_delta, {0, 10, 20}) == doctest::Approx(30));
    CHECK(over_samples(range_increase, {100, 110, 120}) == doctest::Approx(30));
    CHECK(over_samples(range_increase, {5, 15, 25}) == doctest::Approx(25));
    CHECK(over_samples(range_rate, {100, 110, 120}) == doctest::Approx(1));
  }

  TEST_CASE("a line is found and a flat one has no slope") {
    CHECK(over_samples(range_deriv, {3, 5, 7, 9}) == doctest::Approx(0.2));
    CHECK(over_samples(range_deriv, {7, 7, 7}) == 0);
    const double inf = std::numeric_limits<double>::infinity();
    CHECK(std::isnan(*over_samples(range_deriv, {inf, inf})));
    CHECK(over_samples(range_predict_linear, {3, 5, 7}, 10'000, {10}) == doctest::Approx(9));
  }

  TEST_CASE("factors outside of 0 and 1 end the query") {
    CHECK_FALSE(over_samples(range_double_exponential_smoothing, {1, 2}, 10'000, {0, 0.5}));
    CHECK_FALSE(over_samples(range_double_exponential_smoothing, {1, 2}, 10'000, {0.5, 1}));
    CHECK(over_samples(range_double_exponential_smoothing, {1, 3, 2}, 10'000, {0.5, 0.5}) == 3.5);
  }
}

}  // namespace
}  // namespace sonde::promql
