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

  TEST_CASE("a scraper's bounds are refused by their flag's name") {
    const auto error = [](auto set) {
      Options options;
      set(options.scraper);
      const Status good = check(options);
      return good ? "" : good.error().message();
    };
    CHECK(error([](ScraperOptions& o) { o.processlist.min_time_seconds = -1; }) ==
          "--collect.info_schema.processlist.min_time: want 0 to 1000000000 seconds");
    CHECK(error([](ScraperOptions& o) { o.statements.count_max = 250'001; }) ==
          "--collect.perf_schema.eventsstatements.limit: want 0 to 250000");
    CHECK(error([](ScraperOptions& o) { o.statements.age_seconds_max = -1; }) ==
          "--collect.perf_schema.eventsstatements.timelimit: want 0 to 1000000000 seconds");
    CHECK(error([](ScraperOptions& o) { o.statements.digest_text_max = 1'048'577; }) ==
          "--collect.perf_schema.eventsstatements.digest_text_limit: want 0 to 1048576 characters");
    CHECK(error([](ScraperOptions& o) { o.statements.count_max = 0; }).empty());
  }
}

}  // namespace sonde::mysql
