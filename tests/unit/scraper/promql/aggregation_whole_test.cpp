#include "tests/unit/scraper/promql/script_check.h"

namespace sonde::promql {
namespace {

TEST_SUITE("promql/aggregation_whole") {
  TEST_CASE("what is picked depends on each step") {
    check_script(R"script(
load 1m
  m{i="1"} 1 9 stale
  m{i="2"} 5 5 5
  m{i="3"} NaN 1 7

eval range from 0 to 2m step 1m topk(1, m)
  m{i="1"} _ 9 _
  m{i="2"} 5 _ _
  m{i="3"} _ _ 7

eval range from 0 to 2m step 1m quantile(0, m)
  {} NaN 1 5

eval instant at 0 topk(1e300, m)
  expect fail regex: overflows int64

eval instant at 0 count_values without (i) ("i", m{i!="3"})
  {i="1"} 1
  {i="5"} 1

eval instant at 0 limit_ratio(2, m{i="1"})
  expect warn regex: ratio value should be between -1 and 1, got 2, capping to 1
  m{i="1"} 1

)script");
  }
}

}  // namespace
}  // namespace sonde::promql
