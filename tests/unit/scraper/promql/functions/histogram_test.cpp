#include "tests/unit/scraper/promql/script_check.h"

namespace sonde::promql {
namespace {

TEST_SUITE("promql/functions/histogram") {
  TEST_CASE("dips are raised and small ones pass in silence") {
    check_script(R"script(
load 1m
  d_bucket{le="1"} 10
  d_bucket{le="2"} 8
  d_bucket{le="+Inf"} 20
  s_bucket{le="1"} 10
  s_bucket{le="2"} 9.999999999999
  s_bucket{le="+Inf"} 10

eval instant at 0 histogram_quantile(0.25, d_bucket)
  expect info regex: needed to be fixed for monotonicity
  {} 0.5

eval instant at 0 histogram_quantile(0.5, s_bucket)
  expect no_info
  {} 0.5

eval instant at 0 histogram_quantile(0.9, d_bucket)
  {} 2

eval instant at 0 histogram_fraction(2, 1, d_bucket)
  {} 0

)script");
  }
}

}  // namespace
}  // namespace sonde::promql
