#include "scraper/promql/windows.h"

namespace sonde::promql {

void find_newest(std::span<const int64_t> times_ms, std::span<const int64_t> ends_ms, int64_t lookback_ms,
                 std::vector<uint32_t>& newest) {
  newest.resize(ends_ms.size());
  size_t after = 0;
  for (size_t step = 0; step < ends_ms.size(); ++step) {
    while (after < times_ms.size() && times_ms[after] <= ends_ms[step]) ++after;
    const bool found = after > 0 && times_ms[after - 1] > ends_ms[step] - lookback_ms;
    newest[step] = found ? static_cast<uint32_t>(after - 1) : kNoSample;
  }
}

void Windows::find() {
  lo_.resize(ends_ms_.size());
  hi_.resize(ends_ms_.size());
  size_t lo = 0;
  size_t hi = 0;
  for (size_t step = 0; step < ends_ms_.size(); ++step) {
    const int64_t end = ends_ms_[step];
    while (hi < times_ms_.size() && times_ms_[hi] <= end) ++hi;
    while (lo < hi && times_ms_[lo] <= end - range_ms_) ++lo;
    lo_[step] = static_cast<uint32_t>(lo);
    hi_[step] = static_cast<uint32_t>(hi);
  }
}

RangeRow Windows::row(std::span<const double> values) const {
  return {times_ms_, values, lo_.data(), hi_.data(), ends_ms_.data(), range_ms_, grid_};
}

RangeRow Windows::kept_row() {
  kept_lo_.resize(lo_.size());
  kept_hi_.resize(hi_.size());
  for (size_t step = 0; step < lo_.size(); ++step) {
    kept_lo_[step] = rank_[lo_[step]];
    kept_hi_[step] = rank_[hi_[step]];
  }
  return {kept_times_ms_, kept_values_, kept_lo_.data(), kept_hi_.data(), ends_ms_.data(), range_ms_, grid_};
}

}  // namespace sonde::promql
