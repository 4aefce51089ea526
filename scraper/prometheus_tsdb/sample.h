#pragma once
// What is read of a Prometheus folder: samples, and the stretch of time that they are wanted of.

#include <cstdint>

namespace sonde::prometheus_tsdb {

struct Sample {
  int64_t time_ms = 0;
  double value = 0;  // every bit counts: stale markers are NaNs
};

// Half-open.
struct TimeWindow {
  int64_t begin_ms = 0;
  int64_t end_ms = 0;

  bool holds(int64_t time_ms) const { return time_ms >= begin_ms && time_ms < end_ms; }
  bool overlaps(int64_t time_min_ms, int64_t time_max_ms) const {
    return time_min_ms < end_ms && time_max_ms >= begin_ms;
  }
};

// Times beyond are damage: 35 million years.
inline constexpr int64_t kTimeMsMax = 1LL << 60;
inline bool is_plausible_time(int64_t time_ms) {
  return time_ms >= -kTimeMsMax && time_ms <= kTimeMsMax;
}

}  // namespace sonde::prometheus_tsdb
