#include "scraper/promql/windows.h"

namespace sonde::promql {
namespace {

// Finds how many of ascending times are at or before a bound that never decreases. Regular times under
// regular steps move on by the same number each time, which two comparisons confirm; else it walks.
class Frontier {
 public:
  explicit Frontier(std::span<const int64_t> times_ms) : times_ms_(times_ms) {}

  size_t move_to(int64_t bound_ms) {
    const size_t guess = at_ + stride_;
    const bool confirmed = guess < times_ms_.size() && guess > 0 && times_ms_[guess - 1] <= bound_ms &&
                           times_ms_[guess] > bound_ms;
    if (confirmed) return at_ = guess;
    const size_t before = at_;
    while (at_ < times_ms_.size() && times_ms_[at_] <= bound_ms) ++at_;
    stride_ = at_ - before;
    return at_;
  }

 private:
  std::span<const int64_t> times_ms_;
  size_t at_ = 0;
  size_t stride_ = 0;
};

}  // namespace

void find_newest(std::span<const int64_t> times_ms, std::span<const int64_t> ends_ms, int64_t lookback_ms,
                 std::vector<uint32_t>& newest) {
  newest.resize(ends_ms.size());
  Frontier frontier(times_ms);
  for (size_t step = 0; step < ends_ms.size(); ++step) {
    const size_t after = frontier.move_to(ends_ms[step]);
    const bool found = after > 0 && times_ms[after - 1] > ends_ms[step] - lookback_ms;
    newest[step] = found ? static_cast<uint32_t>(after - 1) : kNoSample;
  }
}

void Windows::extend(Extension extension, int64_t lookback_ms) {
  if (extension == Extension::None) return;
  extension_ = extension;
  margin_before_ms_ = lookback_ms;
  margin_after_ms_ = extension == Extension::Smoothed ? lookback_ms : 0;
  for (int64_t& end : ends_ms_) end += margin_after_ms_;
  range_ms_ += margin_before_ms_ + margin_after_ms_;
}

void Windows::find() {
  lo_.resize(ends_ms_.size());
  hi_.resize(ends_ms_.size());
  Frontier lo(times_ms_);
  Frontier hi(times_ms_);
  for (size_t step = 0; step < ends_ms_.size(); ++step) {
    lo_[step] = static_cast<uint32_t>(lo.move_to(ends_ms_[step] - range_ms_));
    hi_[step] = static_cast<uint32_t>(hi.move_to(ends_ms_[step]));
  }
}

RangeRow Windows::make_row(std::span<const int64_t> times_ms, std::span<const double> values,
                           const uint32_t* lo, const uint32_t* hi) const {
  RangeRow out{times_ms, values, lo, hi, ends_ms_.data(), range_ms_, grid_};
  out.extension = extension_;
  out.margin_before_ms = margin_before_ms_;
  out.margin_after_ms = margin_after_ms_;
  return out;
}

RangeRow Windows::row(std::span<const double> values) const {
  return make_row(times_ms_, values, lo_.data(), hi_.data());
}

RangeRow Windows::kept_row() {
  kept_lo_.resize(lo_.size());
  kept_hi_.resize(hi_.size());
  for (size_t step = 0; step < lo_.size(); ++step) {
    kept_lo_[step] = rank_[lo_[step]];
    kept_hi_[step] = rank_[hi_[step]];
  }
  return make_row(kept_times_ms_, kept_values_, kept_lo_.data(), kept_hi_.data());
}

}  // namespace sonde::promql
