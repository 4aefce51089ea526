#include "scraper/promql/functions/extended.h"

#include <algorithm>

namespace sonde::promql {
namespace {

struct Range {
  int64_t start_ms = 0;
  int64_t end_ms = 0;
};

Range range_of(const RangeRow& row, size_t step) {
  const int64_t end = row.end_ms[step] - row.margin_after_ms;
  return {end - (row.range_ms - row.margin_before_ms - row.margin_after_ms), end};
}

// A counter that fell between the two counts from 0.
double interpolate(const Window& window, size_t right, int64_t at_ms, bool counter) {
  const double to = window.values[right];
  double from = window.values[right - 1];
  if (counter && to < from) from = 0;
  const auto elapsed = static_cast<double>(at_ms - window.times_ms[right - 1]);
  const auto whole = static_cast<double>(window.times_ms[right] - window.times_ms[right - 1]);
  return from + (to - from) * elapsed / whole;
}

double value_at_start(const Window& window, int64_t start_ms, bool smoothed, bool counter) {
  const bool between = smoothed && window.times_ms.front() < start_ms && window.values.size() > 1;
  return between ? interpolate(window, 1, start_ms, counter) : window.values.front();
}

double value_at_end(const Window& window, int64_t end_ms, bool smoothed, bool counter) {
  const size_t last = window.values.size() - 1;
  const bool between = smoothed && window.times_ms[last] > end_ms && last > 0;
  return between ? interpolate(window, last, end_ms, counter) : window.values[last];
}

// What a counter lost by resets between two values and the samples strictly between them in time.
double lost_by_resets(const Window& window, const Range& range, double left, double right) {
  double lost = 0;
  double before = left;
  for (size_t i = 0; i < window.values.size(); ++i) {
    if (window.times_ms[i] <= range.start_ms || window.times_ms[i] >= range.end_ms) continue;
    if (window.values[i] < before) lost += before;
    before = window.values[i];
  }
  return right < before ? lost + before : lost;
}

}  // namespace

std::optional<Window> covered_samples(const RangeRow& row, const Window& window) {
  const Range range = range_of(row, window.step);
  const auto& times = window.times_ms;
  const auto all_but_last = times.first(times.size() - 1);
  size_t last = times.size() - 1;
  const auto after_start = std::ranges::upper_bound(all_but_last, range.start_ms) - all_but_last.begin();
  const size_t first = after_start > 0 ? static_cast<size_t>(after_start) - 1 : 0;
  if (row.extension == Extension::Smoothed) {
    last = static_cast<size_t>(std::ranges::lower_bound(all_but_last, range.end_ms) - all_but_last.begin());
  }
  if (times[last] <= range.start_ms || times[first] > range.end_ms) return std::nullopt;
  const size_t count = last - first + 1;
  return Window{times.subspan(first, count), window.values.subspan(first, count), window.step};
}

void extended_difference(const RangeRow& row, const RowOut& out, bool counter, bool per_second) {
  const bool smoothed = row.extension == Extension::Smoothed;
  for_each_window(row, 1, [&](const Window& whole) {
    const auto window = covered_samples(row, whole);
    if (!window) return;
    const Range range = range_of(row, whole.step);
    const double left = value_at_start(*window, range.start_ms, smoothed, counter);
    const double right = value_at_end(*window, range.end_ms, smoothed, counter);
    double difference = right - left;
    if (counter) difference += lost_by_resets(*window, range, left, right);
    constexpr double kMsPerSecond = 1000;
    if (per_second) difference /= static_cast<double>(range.end_ms - range.start_ms) / kMsPerSecond;
    out.set(whole.step, difference);
  });
}

void smoothed_value(const RangeRow& row, const RowOut& out) {
  for_each_window(row, 1, [&](const Window& window) {
    const int64_t at = row.end_ms[window.step] - row.margin_after_ms;
    const auto after = std::ranges::upper_bound(window.times_ms, at) - window.times_ms.begin();
    if (after == 0) return;  // nothing before
    const auto right = static_cast<size_t>(after);
    const bool exact = window.times_ms[right - 1] == at || right == window.values.size();
    out.set(window.step, exact ? window.values[right - 1] : interpolate(window, right, at, false));
  });
}

}  // namespace sonde::promql
