#include "scraper/ctl/check_web_config.h"

#include <doctest/doctest.h>

#include <vector>

namespace sonde::ctl {

TEST_SUITE("ctl/check_web_config") {
  TEST_CASE("a file that is not there is a failure and help is none") {
    const std::vector<std::string> absent{"/nonexistent/web.yml"};
    CHECK(check_web_config(absent) == 1);
    const std::vector<std::string> empty{"/dev/null"};
    CHECK(check_web_config(empty) == 0);
    const std::vector<std::string> help{"--help"};
    CHECK(check_web_config(help) == 0);
    CHECK(check_web_config({}) == 1);
  }
}

}  // namespace sonde::ctl
