#include "scraper/scrape/target_status.h"

#include <doctest/doctest.h>

TEST_SUITE("scrape/target_status") {
  TEST_CASE("health has the names of the HTTP API") {
    using enum sonde::scrape::TargetHealth;
    CHECK(sonde::scrape::health_name(Unknown) == "unknown");
    CHECK(sonde::scrape::health_name(Up) == "up");
    CHECK(sonde::scrape::health_name(Down) == "down");
  }
}
