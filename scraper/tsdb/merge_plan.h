#pragma once
// Which blocks become one: those of a whole window of 3, 12, 36, 108 or 324 ranges (6 h, 24 h, 3, 9 and 27
// days of 2 h blocks), as long as a window is at most a tenth of the retention and 31 days. Pure.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sonde::tsdb {

struct BlockExtent {
  int64_t time_min_ms = 0;
  int64_t time_max_ms = 0;
};

// The windows' lengths, ascending. `retention_ms` 0: no limit.
std::vector<int64_t> merge_windows(int64_t range_ms, int64_t retention_ms);

// The first merge that is due, as indices; empty when none is. `blocks` ascend by time_min_ms; before
// `settled_ms` no block is still to come.
std::vector<size_t> plan_merge(std::span<const BlockExtent> blocks, int64_t settled_ms,
                               std::span<const int64_t> windows);

// The largest multiple of the range that is not after the time.
int64_t floor_to(int64_t time_ms, int64_t range_ms);

}  // namespace sonde::tsdb
