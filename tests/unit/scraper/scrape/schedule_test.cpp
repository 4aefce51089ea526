#include "scraper/scrape/schedule.h"

#include <doctest/doctest.h>

#include <set>

using sonde::scrape::Schedule;

namespace {
constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kMs = 1'000'000;
}  // namespace

TEST_SUITE("scrape/schedule") {
  TEST_CASE("the first time is the next on the grid of the target") {
    Schedule schedule(15 * kSecond, 40, 0);  // at :04 :19 :34 :49
    CHECK(schedule.start(60 * kSecond) == 64 * kSecond);
    CHECK(schedule.start(64 * kSecond) == 79 * kSecond);
    CHECK(schedule.start(75 * kSecond) == 79 * kSecond);
    CHECK(Schedule(15 * kSecond, 190, 0).start(60 * kSecond) == 64 * kSecond);  // modulo the interval
  }

  TEST_CASE("targets of a server lie on its beats") {
    constexpr uint64_t kServer = 0x9e3779b97f4a7c15;
    const int64_t first = Schedule(15 * kSecond, 0, kServer).start(0);
    std::set<int64_t> offsets;
    for (uint64_t target = 0; target < 3000; ++target) {
      const int64_t offset = Schedule(15 * kSecond, target * 0x2545f4914f6cdd1d, kServer).start(0);
      CHECK(offset > 0);
      CHECK(offset <= 15 * kSecond);
      CHECK((offset - first) % (100 * kMs) == 0);
      offsets.insert(offset);
    }
    CHECK(offsets.size() == 150);  // all beats of the interval
    CHECK((Schedule(15 * kSecond, 0, kServer + 1).start(0) - first) % (100 * kMs) != 0);
  }

  TEST_CASE("a short interval has ten beats") {
    std::set<int64_t> offsets;
    for (uint64_t target = 0; target < 1000; ++target)
      offsets.insert(Schedule(50 * kMs, target, 0).start(0) % (50 * kMs));
    CHECK(offsets == std::set<int64_t>{0, 5 * kMs, 10 * kMs, 15 * kMs, 20 * kMs, 25 * kMs, 30 * kMs, 35 * kMs,
                                       40 * kMs, 45 * kMs});
  }

  TEST_CASE("times follow each other by the interval and missed ones are not made up for") {
    Schedule schedule(10 * kSecond, 0, 0);
    schedule.start(95 * kSecond);
    CHECK(schedule.due_ns() == 100 * kSecond);
    CHECK(schedule.advance(101 * kSecond) == 110 * kSecond);
    CHECK(schedule.advance(119 * kSecond) == 120 * kSecond);
    CHECK(schedule.advance(131 * kSecond) == 130 * kSecond);  // Overdue by a second: at once.
    CHECK(schedule.advance(165 * kSecond) == 160 * kSecond);  // Two were missed; the last is due.
  }

  TEST_CASE("a scrape that is over a moment before its time is not repeated") {
    Schedule schedule(10 * kSecond, 0, 0);
    schedule.start(95 * kSecond);
    CHECK(schedule.advance(100 * kSecond - kMs) == 110 * kSecond);
  }

  TEST_CASE("a clock that is set back moves the next time back to its grid") {
    Schedule schedule(10 * kSecond, 0, 0);
    schedule.start(1000 * kSecond);
    CHECK(schedule.advance(503 * kSecond) == 510 * kSecond);
  }

  TEST_CASE("times close to the grid are snapped to it") {
    Schedule slow(15 * kSecond, 0, 0);
    slow.start(14 * kSecond);
    CHECK(slow.timestamp_ms(15'000) == 15'000);
    CHECK(slow.timestamp_ms(15'002) == 15'000);
    CHECK(slow.timestamp_ms(14'999) == 15'000);
    CHECK(slow.timestamp_ms(15'003) == 15'003);
    Schedule fast(100 * kMs, 0, 0);  // A hundredth of the interval is 1 ms.
    fast.start(0);
    CHECK(fast.timestamp_ms(101) == 100);
    CHECK(fast.timestamp_ms(102) == 102);
  }
}
