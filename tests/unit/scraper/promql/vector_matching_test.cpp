#include "tests/unit/scraper/promql/script_check.h"

namespace sonde::promql {
namespace {

TEST_SUITE("promql/vector_matching") {
  TEST_CASE("labels of the one side may change from step to step") {
    check_script(R"script(
load 1m
  m{i="1"} 1 2
  info{i="1", v="a"} 1 _
  info{i="1", v="b"} _ 1

eval range from 0 to 1m step 1m m * on (i) group_left (v) last_over_time(info[30s])
  {i="1", v="a"} 1 _
  {i="1", v="b"} _ 2

eval instant at 1m m > on (i) group_left () last_over_time(info[30s])
  m{i="1"} 2

eval instant at 1m m + on (i) group_left () info
  expect fail regex: found duplicate series for the match group \{i="1"\} on the right hand-side

eval instant at 0m m + fill (10) nothing
  {i="1"} 11

eval instant at 0m nothing + fill_left (3) m
  {i="1"} 4

)script");
  }
}

}  // namespace
}  // namespace sonde::promql
