#include "tests/unit/scraper/promql/script_check.h"

namespace sonde::promql {
namespace {

TEST_SUITE("promql/functions/labels") {
  TEST_CASE("templates are those of Go") {
    check_script(R"script(
load 1m
  m{a="x-y"} 1

eval instant at 0 label_replace(m, "b", "${1}_$2$$$3", "a", "(x)-(?P<n>y)")
  m{a="x-y", b="x_y$"} 1

eval instant at 0 label_replace(m, "b", "$1_", "a", "(x)-(y)")
  m{a="x-y"} 1

eval instant at 0 label_replace(m, "b", "$n", "a", "(x)-(?P<n>y)")
  m{a="x-y", b="y"} 1

eval instant at 0 label_replace(m, "~invalid", "v", "a", ".*")
  m{a="x-y", "~invalid"="v"} 1
)script");
  }
}

}  // namespace
}  // namespace sonde::promql
