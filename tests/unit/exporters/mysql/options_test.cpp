#include "exporters/mysql/options.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace sonde::mysql {

TEST_SUITE("mysql/options") {
  TEST_CASE("the defaults are good") {
    CHECK(check(Options{}));
  }

  TEST_CASE("an offset that is no time is refused by its flag's name") {
    for (const double seconds : {std::nan(""), -1.0, 3601.0, std::numeric_limits<double>::infinity()}) {
      CAPTURE(seconds);
      Options options;
      options.timeout_offset_seconds = seconds;
      const auto good = check(options);
      REQUIRE_FALSE(good);
      CHECK(good.error().message() == "--timeout-offset: want 0 to 3600 seconds");
    }
  }

  TEST_CASE("timeouts that would overflow or be negative are refused") {
    for (const int64_t seconds : {int64_t{-1}, std::numeric_limits<int64_t>::max()}) {
      CAPTURE(seconds);
      Options query;
      query.query_timeout_seconds = seconds;
      CHECK(check(query).error().message() == "--exporter.query_timeout: want 0 to 86400 seconds");
      Options lock;
      lock.lock_wait_timeout_seconds = seconds;
      CHECK(check(lock).error().message() == "--exporter.lock_wait_timeout: want 0 to 31536000 seconds");
    }
  }
}

}  // namespace sonde::mysql
