#include "tests/unit/scraper/promql/script_check.h"

namespace sonde::promql {
namespace {

TEST_SUITE("promql/functions/conversion") {
  TEST_CASE("labels are sorted as people do") {
    check_script(R"script(
load 1m
  m{n="a10"} 1
  m{n="a2"} 2
  m{n="a1"} 3

eval instant at 0 sort_by_label(m, "n")
  expect ordered
  m{n="a1"} 3
  m{n="a2"} 2
  m{n="a10"} 1

eval instant at 0 sort_by_label_desc(m, "n")
  expect ordered
  m{n="a10"} 1
  m{n="a2"} 2
  m{n="a1"} 3

eval instant at 0 absent(m{n="zz"} or m{n="a1"})

eval instant at 0 scalar(m{n="a2"}) + 1
  3

)script");
  }
}

}  // namespace
}  // namespace sonde::promql
