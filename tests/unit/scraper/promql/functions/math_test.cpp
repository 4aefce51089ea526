#include <doctest/doctest.h>

#include <cmath>

#include "scraper/promql/functions/functions.h"

namespace sonde::promql {
namespace {

TEST_SUITE("promql/functions/math") {
  TEST_CASE("the sign of zero and of NaN is itself") {
    CHECK(map_sign(-3) == -1);
    CHECK(map_sign(3) == 1);
    CHECK(std::signbit(map_sign(-0.0)));
    CHECK(std::isnan(map_sign(std::nan(""))));
  }

  TEST_CASE("degrees and radians are each other's inverse") {
    CHECK(map_degrees(3.141592653589793) == 180);
    CHECK(map_radians(180) == 3.141592653589793);
  }
}

}  // namespace
}  // namespace sonde::promql
