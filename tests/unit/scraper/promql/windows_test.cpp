#include "scraper/promql/windows.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

namespace sonde::promql {
namespace {

TEST_SUITE("promql/windows") {
  TEST_CASE("bounds are those of a search from scratch") {
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
      std::vector<int64_t> times;
      int64_t time = 0;
      const bool regular = round % 2 == 0;
      for (int i = 0; i < 100; ++i)
        times.push_back(time += regular ? 15 : 1 + static_cast<int64_t>(random() % 40));
      std::vector<int64_t> ends;
      const int64_t step = round % 3 == 0 ? 0 : 1 + static_cast<int64_t>(random() % 100);
      for (int i = 0; i < 30; ++i)
        ends.push_back(-50 + i * step + (regular ? 0 : static_cast<int64_t>(random() % 3)));
      std::ranges::sort(ends);
      const int64_t range = 1 + static_cast<int64_t>(random() % 200);
      Windows windows(ends, range, {ends.front(), step, ends.size()});
      windows.times_ms() = times;
      windows.find();
      std::vector<uint32_t> newest;
      find_newest(times, ends, range, newest);
      const std::vector<double> values(times.size());
      const RangeRow row = windows.row(values);
      for (size_t i = 0; i < ends.size(); ++i) {
        const auto lo = std::ranges::upper_bound(times, ends[i] - range) - times.begin();
        const auto hi = std::ranges::upper_bound(times, ends[i]) - times.begin();
        CHECK(row.lo[i] == lo);
        CHECK(row.hi[i] == hi);
        CHECK(newest[i] == (hi > lo ? static_cast<uint32_t>(hi - 1) : kNoSample));
      }
    }
  }

  TEST_CASE("a row without some samples has the others only") {
    Windows windows({10, 20, 30}, 15, {10, 10, 3});
    windows.times_ms() = {5, 10, 15, 20, 25, 30};
    windows.find();
    const std::vector<double> values{1, 2, 3, 4, 5, 6};
    const RangeRow row = windows.row(values, [](size_t i) { return i % 2 == 1; });
    REQUIRE(row.values.size() == 3);
    CHECK(row.values[1] == 4);
    CHECK(row.lo[2] == 1);
    CHECK(row.hi[2] == 3);
  }
}

}  // namespace
}  // namespace sonde::promql
