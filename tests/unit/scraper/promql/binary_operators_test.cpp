#include "scraper/promql/binary_operators.h"

#include <doctest/doctest.h>

#include <cmath>

namespace sonde::promql {
namespace {

TEST_SUITE("promql/binary_operators") {
  TEST_CASE("arithmetic is that of IEEE and C") {
    CHECK(apply_operator(BinaryOp::Modulo, -7, 3) == -1);
    CHECK(apply_operator(BinaryOp::Modulo, 7, -3) == 1);
    CHECK(std::isnan(apply_operator(BinaryOp::Modulo, 1, 0)));
    CHECK(std::isinf(apply_operator(BinaryOp::Divide, 1, 0)));
    CHECK(apply_operator(BinaryOp::Power, 2, 10) == 1024);
    CHECK(apply_operator(BinaryOp::Atan2, 0, -1) == doctest::Approx(3.141592653589793));
  }

  TEST_CASE("no comparison with NaN holds but inequality") {
    const double nan = std::nan("");
    CHECK(apply_operator(BinaryOp::Equal, nan, nan) == 0);
    CHECK(apply_operator(BinaryOp::Less, nan, 1) == 0);
    CHECK(apply_operator(BinaryOp::NotEqual, nan, nan) == 1);
  }
}

}  // namespace
}  // namespace sonde::promql
