#include "tests/unit/scraper/promql/script_check.h"

namespace sonde::promql {
namespace {

TEST_SUITE("promql/evaluator") {
  TEST_CASE("what does not change is widened to every step") {
    check_script(R"script(
load 1m
  m{i="1"} 1 2 3
  m{i="2"} 10 20 30

eval range from 0 to 2m step 1m sum(m @ 60)
  {} 22 22 22

eval range from 0 to 2m step 1m m + on () group_left () sum(m @ 60)
  {i="1"} 23 24 25
  {i="2"} 32 42 52

eval range from 0 to 2m step 1m timestamp(m{i="1"} @ 60)
  {i="1"} 60 60 60

eval range from 0 to 2m step 1m 1 + 2
  {} 3 3 3

)script");
  }
}

}  // namespace
}  // namespace sonde::promql
