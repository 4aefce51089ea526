#include "tests/unit/scraper/promql/script_check.h"

namespace sonde::promql {
namespace {

TEST_SUITE("promql/selector_eval") {
  TEST_CASE("a subquery keeps the time of what is pinned") {
    check_script(R"script(
load 10s
  m 0+1x100

eval instant at 300s max_over_time((m @ 100)[1m:10s])
  {} 10

eval instant at 300s sum_over_time((m offset 10s)[20s:10s] offset 100s)
  {} 37

eval instant at 300s count_over_time(m[10s:1000y])
  expect fail

eval range from 100s to 120s step 10s max_over_time(m[10s:10s] @ end())
  {} 12 12 12

)script");
  }
}

}  // namespace
}  // namespace sonde::promql
