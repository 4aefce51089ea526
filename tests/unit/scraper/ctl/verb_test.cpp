#include "scraper/ctl/verb.h"

#include <doctest/doctest.h>

TEST_SUITE("ctl/verb") {
  TEST_CASE("exit codes are promtool's") {
    CHECK(sonde::ctl::kSuccess == 0);
    CHECK(sonde::ctl::kFailure == 1);
    CHECK(sonde::ctl::kFindings == 3);
  }
}
