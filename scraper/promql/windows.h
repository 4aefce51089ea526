#pragma once
// Which samples of a time column each step sees, found once per column of times with pointers that only move
// on, and shared by every series over those times.

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "scraper/promql/function_call.h"

namespace sonde::promql {

inline constexpr uint32_t kNoSample = std::numeric_limits<uint32_t>::max();

// The index of the newest time in (end - lookback, end] for each step, or kNoSample. `ends_ms` never
// decreases.
void find_newest(std::span<const int64_t> times_ms, std::span<const int64_t> ends_ms, int64_t lookback_ms,
                 std::vector<uint32_t>& newest);

// The samples of a range selector: those in (end - range, end] are [lo, hi).
class Windows {
 public:
  Windows(std::vector<int64_t> ends_ms, int64_t range_ms, Grid grid)
      : ends_ms_(std::move(ends_ms)), range_ms_(range_ms), grid_(grid) {}

  // Makes every window reach beyond its range; before find().
  void extend(Extension extension, int64_t lookback_ms);

  std::span<const int64_t> ends_ms() const { return ends_ms_; }
  std::vector<int64_t>& times_ms() { return times_ms_; }  // fill it, then call find()
  void find();

  // The row of a series with a value at every time.
  RangeRow row(std::span<const double> values) const;
  // The row of a series that has values only where `kept` says so; good until the next call.
  template <class Kept>
  RangeRow row(std::span<const double> values, Kept kept) {
    kept_times_ms_.clear();
    kept_values_.clear();
    rank_.resize(values.size() + 1);
    for (size_t i = 0; i < values.size(); ++i) {
      rank_[i] = static_cast<uint32_t>(kept_values_.size());
      if (!kept(i)) continue;
      kept_times_ms_.push_back(times_ms_[i]);
      kept_values_.push_back(values[i]);
    }
    rank_[values.size()] = static_cast<uint32_t>(kept_values_.size());
    return kept_row();
  }

  int64_t range_ms() const { return range_ms_; }

 private:
  RangeRow kept_row();
  RangeRow make_row(std::span<const int64_t> times_ms, std::span<const double> values, const uint32_t* lo,
                    const uint32_t* hi) const;

  std::vector<int64_t> ends_ms_;
  int64_t range_ms_;
  Grid grid_;
  Extension extension_ = Extension::None;
  int64_t margin_before_ms_ = 0;
  int64_t margin_after_ms_ = 0;
  std::vector<int64_t> times_ms_;
  std::vector<uint32_t> lo_;
  std::vector<uint32_t> hi_;
  std::vector<int64_t> kept_times_ms_;
  std::vector<double> kept_values_;
  std::vector<uint32_t> rank_;  // how many were kept before each index
  std::vector<uint32_t> kept_lo_;
  std::vector<uint32_t> kept_hi_;
};

}  // namespace sonde::promql
