#include "scraper/tsdb/merge_plan.h"

#include <algorithm>
#include <array>

namespace sonde::tsdb {
namespace {

constexpr std::array<int64_t, 5> kWindowRanges{3, 12, 36, 108, 324};
constexpr int64_t kWindowMsMax = 31LL * 24 * 3600 * 1000;
constexpr int64_t kRetentionShare = 10;

}  // namespace

int64_t floor_to(int64_t time_ms, int64_t range_ms) {
  const int64_t rest = time_ms % range_ms;
  return time_ms - (rest < 0 ? rest + range_ms : rest);
}

std::vector<int64_t> merge_windows(int64_t range_ms, int64_t retention_ms) {
  const int64_t limit_ms =
      retention_ms > 0 ? std::min(kWindowMsMax, retention_ms / kRetentionShare) : kWindowMsMax;
  std::vector<int64_t> windows;
  for (const int64_t ranges : kWindowRanges) {
    if (ranges * range_ms <= limit_ms) windows.push_back(ranges * range_ms);
  }
  return windows;
}

std::vector<size_t> plan_merge(std::span<const BlockExtent> blocks, int64_t settled_ms,
                               std::span<const int64_t> windows) {
  for (const int64_t window_ms : windows) {
    std::vector<size_t> found;
    int64_t begin_ms = INT64_MIN;
    for (size_t i = 0; i < blocks.size(); ++i) {
      const int64_t window_begin_ms = floor_to(blocks[i].time_min_ms, window_ms);
      if (window_begin_ms != begin_ms) {
        if (found.size() > 1) return found;
        found.clear();
        begin_ms = window_begin_ms;
      }
      const int64_t window_end_ms = window_begin_ms + window_ms;
      if (window_end_ms <= settled_ms && blocks[i].time_max_ms < window_end_ms) found.push_back(i);
    }
    if (found.size() > 1) return found;
  }
  return {};
}

}  // namespace sonde::tsdb
