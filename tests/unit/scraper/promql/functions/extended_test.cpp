#include "tests/unit/scraper/promql/script_check.h"

namespace sonde::promql {
namespace {

TEST_SUITE("promql/functions/extended") {
  TEST_CASE("data on one side of the range only gives nothing") {
    check_script(R"script(
load 10s
  m _ 5 6 7

eval instant at 5s increase(m[5s] smoothed)

eval instant at 60s increase(m[5s] smoothed)

eval instant at 15s increase(m[10s] smoothed)
  {} 0.5

eval instant at 5s m smoothed

)script");
  }
}

}  // namespace
}  // namespace sonde::promql
