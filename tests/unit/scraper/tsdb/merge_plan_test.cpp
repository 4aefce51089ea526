#include "scraper/tsdb/merge_plan.h"

#include <doctest/doctest.h>

namespace sonde::tsdb {
namespace {

constexpr int64_t kHourMs = 3600 * 1000;
constexpr int64_t kRangeMs = 2 * kHourMs;

// Blocks of one range each, from `begin` on.
std::vector<BlockExtent> ranges(int64_t begin, int64_t end) {
  std::vector<BlockExtent> out;
  for (int64_t i = begin; i < end; ++i) out.push_back({i * kRangeMs, (i + 1) * kRangeMs - 1});
  return out;
}

using Indices = std::vector<size_t>;

TEST_SUITE("scraper/tsdb/merge_plan") {
  TEST_CASE("windows go up to a tenth of the retention and 31 days") {
    const auto hours = [](std::vector<int64_t> windows) {
      for (int64_t& window : windows) window /= kHourMs;
      return windows;
    };
    CHECK(hours(merge_windows(kRangeMs, 0)) == std::vector<int64_t>{6, 24, 72, 216, 648});
    CHECK(hours(merge_windows(kRangeMs, 15 * 24 * kHourMs)) == std::vector<int64_t>{6, 24});
    CHECK(hours(merge_windows(kRangeMs, 10000 * 24 * kHourMs)) == std::vector<int64_t>{6, 24, 72, 216, 648});
    CHECK(merge_windows(kRangeMs, 59 * kHourMs).empty());
  }

  TEST_CASE("a window is merged once nothing is still to come in it") {
    const auto windows = merge_windows(kRangeMs, 0);
    const auto blocks = ranges(0, 3);
    CHECK(plan_merge(blocks, 6 * kHourMs - 1, windows).empty());
    CHECK(plan_merge(blocks, 6 * kHourMs, windows) == Indices{0, 1, 2});
    CHECK(plan_merge(ranges(1, 4), 8 * kHourMs, windows) == Indices{0, 1});
    CHECK(plan_merge({}, 8 * kHourMs, windows).empty());
    CHECK(plan_merge(ranges(2, 3), 8 * kHourMs, windows).empty());  // alone
  }

  TEST_CASE("small windows come before large ones") {
    const auto windows = merge_windows(kRangeMs, 0);
    auto blocks = ranges(9, 12);
    blocks.insert(blocks.begin(), {0, 18 * kHourMs - 1});
    CHECK(plan_merge(blocks, 24 * kHourMs, windows) == Indices{1, 2, 3});
    blocks = {{0, 18 * kHourMs - 1}, {18 * kHourMs, 24 * kHourMs - 1}};
    CHECK(plan_merge(blocks, 24 * kHourMs, windows) == Indices{0, 1});
    CHECK(plan_merge(blocks, 23 * kHourMs, windows).empty());
  }

  TEST_CASE("a block that reaches into the next window stays") {
    const auto windows = merge_windows(kRangeMs, 24 * 10 * kHourMs);
    const std::vector<BlockExtent> blocks{{0, kRangeMs}, {kHourMs, 7 * kHourMs}, {2 * kHourMs, 3 * kHourMs}};
    CHECK(plan_merge(blocks, 100 * kHourMs, {windows.data(), 1}) == Indices{0, 2});
    CHECK(plan_merge(blocks, 100 * kHourMs, windows) == Indices{0, 2});
  }

  TEST_CASE("times before 1970 have windows too") {
    CHECK(floor_to(-1, kRangeMs) == -kRangeMs);
    CHECK(floor_to(-kRangeMs, kRangeMs) == -kRangeMs);
    CHECK(plan_merge(ranges(-3, 0), 0, merge_windows(kRangeMs, 0)) == Indices{0, 1, 2});
  }
}

}  // namespace
}  // namespace sonde::tsdb
