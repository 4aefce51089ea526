#include "scraper/ctl/check_verbs.h"

#include <doctest/doctest.h>

#include <vector>

namespace sonde::ctl {

TEST_SUITE("ctl/check_verbs") {
  TEST_CASE("a server that does not answer is a failure") {
    const std::vector<std::string> nobody{"--url=http://127.0.0.1:1"};
    CHECK(check_healthy(nobody) == 1);
    CHECK(check_ready(nobody) == 1);
  }

  TEST_CASE("unknown flags are a failure and help is none") {
    const std::vector<std::string> unknown{"--nope"};
    CHECK(check_metrics(unknown) == 1);
    CHECK(check_ready(unknown) == 1);
    const std::vector<std::string> help{"--help"};
    CHECK(check_metrics(help) == 0);
    CHECK(check_healthy(help) == 0);
  }
}

}  // namespace sonde::ctl
