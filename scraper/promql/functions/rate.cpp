// rate, increase and delta extrapolate from the samples of a window to its borders, as the reference does:
//   |start      v1 ... vn      end|    the gaps at both ends count in full when they are shorter than 1.1
//   times the mean
// spacing of the samples, else as half of that spacing; a counter is not extrapolated below zero.
#include <cmath>
#include <limits>

#include "scraper/promql/functions/extended.h"
#include "scraper/promql/functions/functions.h"
#include "scraper/promql/kahan.h"

namespace sonde::promql {
namespace {

enum class Extrapolation : uint8_t { Delta, Increase, Rate };

constexpr double kGapLimit = 1.1;
constexpr double kMsPerSecond = 1000;

double seconds(int64_t ms) {
  return static_cast<double>(ms) / kMsPerSecond;
}

// What the first-to-last difference of a window is multiplied with. It depends on times alone unless the
// counter's zero is near, and regular samples under regular steps have the same times over and over: the last
// is remembered.
class Extrapolator {
 public:
  Extrapolator(int64_t range_ms, bool counter, bool per_second)
      : range_ms_(range_ms), counter_(counter), per_second_(per_second) {}

  double factor(const Window& window, int64_t end_ms, double difference) {
    const Gaps gaps{window.times_ms.front() - (end_ms - range_ms_),
                    window.times_ms.back() - window.times_ms.front(), end_ms - window.times_ms.back(),
                    window.values.size()};
    if (!(gaps == gaps_)) measure(gaps);
    const double first = window.values.front();
    // The comparison without a division is not exact: the margin leaves what is close to the exact one.
    constexpr double kMargin = 1 + 1e-9;
    const bool far_from_zero = first * sampled_ > to_start_ * difference * kMargin;
    if (!counter_ || !(difference > 0) || !(first >= 0) || far_from_zero || gaps.sampled_ms == 0)
      return factor_;
    const double to_zero = sampled_ * (first / difference);
    return to_zero < to_start_ ? factor_of(to_zero) : factor_;
  }

 private:
  struct Gaps {
    int64_t start_ms = 0;
    int64_t sampled_ms = 0;
    int64_t end_ms = 0;
    size_t samples = 0;
    bool operator==(const Gaps&) const = default;
  };

  void measure(const Gaps& gaps) {
    gaps_ = gaps;
    sampled_ = seconds(gaps.sampled_ms);
    to_start_ = seconds(gaps.start_ms);
    to_end_ = seconds(gaps.end_ms);
    const double spacing = sampled_ / static_cast<double>(gaps.samples - 1);
    const double threshold = spacing * kGapLimit;
    if (to_start_ >= threshold) to_start_ = spacing / 2;
    if (to_end_ >= threshold) to_end_ = spacing / 2;
    factor_ = factor_of(to_start_);
  }

  double factor_of(double to_start) const {
    const double factor = gaps_.sampled_ms == 0 ? 1 : (sampled_ + to_start + to_end_) / sampled_;
    return per_second_ ? factor / seconds(range_ms_) : factor;
  }

  int64_t range_ms_;
  bool counter_;
  bool per_second_;
  Gaps gaps_;  // none has 0 samples
  double sampled_ = 0;
  double to_start_ = 0;
  double to_end_ = 0;
  double factor_ = 1;
};

// Where a counter fell: the index after the fall.
std::vector<uint32_t> reset_positions(std::span<const double> values) {
  std::vector<uint32_t> out;
  for (size_t i = 1; i < values.size(); ++i) {
    if (values[i] < values[i - 1]) out.push_back(static_cast<uint32_t>(i));
  }
  return out;
}

void extrapolate(const RangeRow& row, const RowOut& out, Extrapolation kind) {
  const bool counter = kind != Extrapolation::Delta;
  if (row.extension != Extension::None) {
    extended_difference(row, out, counter, kind == Extrapolation::Rate);
    return;
  }
  const std::vector<uint32_t> resets = counter ? reset_positions(row.values) : std::vector<uint32_t>{};
  Extrapolator extrapolator(row.range_ms, counter, kind == Extrapolation::Rate);
  size_t first_reset = 0;
  for_each_window(row, 2, [&](const Window& window) {
    const size_t lo = row.lo[window.step];
    const size_t hi = row.hi[window.step];
    double difference = window.values.back() - window.values.front();
    while (first_reset < resets.size() && resets[first_reset] <= lo) ++first_reset;
    for (size_t i = first_reset; i < resets.size() && resets[i] < hi; ++i)
      difference += row.values[resets[i] - 1];
    out.set(window.step, difference * extrapolator.factor(window, row.end_ms[window.step], difference));
  });
}

// The difference of a window's last two samples, per second if so wished.
void instant_difference(const RangeRow& row, const RowOut& out, bool rate) {
  for_each_window(row, 2, [&](const Window& window) {
    const size_t last = window.values.size() - 1;
    const int64_t elapsed = window.times_ms[last] - window.times_ms[last - 1];
    if (elapsed == 0) return;
    const double before = window.values[last - 1];
    double value = window.values[last];
    if (!rate || !(value < before)) value -= before;
    out.set(window.step, rate ? value / seconds(elapsed) : value);
  });
}

struct Line {
  double slope = 0;
  double intercept = 0;
};

// Least squares with x in seconds after `origin_ms`. Equal values make a flat line without rounding.
Line regression(const Window& window, int64_t origin_ms) {
  KahanSum x_sum;
  KahanSum y_sum;
  KahanSum xy_sum;
  KahanSum xx_sum;
  bool constant = true;
  const double first = window.values.front();
  for (size_t i = 0; i < window.values.size(); ++i) {
    const double x = seconds(window.times_ms[i] - origin_ms);
    const double y = window.values[i];
    constant = constant && (i == 0 || y == first);
    x_sum.add(x);
    y_sum.add(y);
    xy_sum.add(x * y);
    xx_sum.add(x * x);
  }
  if (constant) {
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    return std::isinf(first) ? Line{kNan, kNan} : Line{0, first};
  }
  const double n = static_cast<double>(window.values.size());
  const double covariance = xy_sum.total() - x_sum.total() * y_sum.total() / n;
  const double variance = xx_sum.total() - x_sum.total() * x_sum.total() / n;
  const double slope = covariance / variance;
  return {slope, y_sum.total() / n - slope * x_sum.total() / n};
}

double smoothed_level(std::span<const double> values, double level_factor, double trend_factor) {
  double before = 0;
  double level = values[0];
  double trend = values[1] - values[0];
  for (size_t i = 1; i < values.size(); ++i) {
    if (i > 1) trend = trend_factor * (level - before) + (1 - trend_factor) * trend;
    const double next = level_factor * values[i] + (1 - level_factor) * (level + trend);
    before = level;
    level = next;
  }
  return level;
}

}  // namespace

void range_rate(const RangeRow& row, const RangeArgs&, const RowOut& out) {
  extrapolate(row, out, Extrapolation::Rate);
}
void range_increase(const RangeRow& row, const RangeArgs&, const RowOut& out) {
  extrapolate(row, out, Extrapolation::Increase);
}
void range_delta(const RangeRow& row, const RangeArgs&, const RowOut& out) {
  extrapolate(row, out, Extrapolation::Delta);
}
void range_irate(const RangeRow& row, const RangeArgs&, const RowOut& out) {
  instant_difference(row, out, true);
}
void range_idelta(const RangeRow& row, const RangeArgs&, const RowOut& out) {
  instant_difference(row, out, false);
}

void range_deriv(const RangeRow& row, const RangeArgs&, const RowOut& out) {
  for_each_window(row, 2, [&](const Window& window) {
    out.set(window.step, regression(window, window.times_ms.front()).slope);
  });
}

void range_predict_linear(const RangeRow& row, const RangeArgs& args, const RowOut& out) {
  for_each_window(row, 2, [&](const Window& window) {
    const Line line = regression(window, row.grid.at(window.step));
    out.set(window.step, line.slope * args.scalars[0][window.step] + line.intercept);
  });
}

namespace {

// Counts the neighbours of each window for which counts(before, value) holds.
template <class Counts>
void count_neighbours(const RangeRow& row, const RowOut& out, Counts counts) {
  for_each_window(row, 1, [&](const Window& whole) {
    const std::optional<Window> window =
        row.extension == Extension::None ? whole : covered_samples(row, whole);
    if (!window) return;
    size_t count = 0;
    for (size_t i = 1; i < window->values.size(); ++i) {
      if (counts(window->values[i - 1], window->values[i])) ++count;
    }
    out.set(whole.step, static_cast<double>(count));
  });
}

}  // namespace

void range_changes(const RangeRow& row, const RangeArgs&, const RowOut& out) {
  count_neighbours(row, out, [](double before, double value) {
    return value != before && !(std::isnan(value) && std::isnan(before));
  });
}

void range_resets(const RangeRow& row, const RangeArgs&, const RowOut& out) {
  count_neighbours(row, out, [](double before, double value) { return value < before; });
}

void range_double_exponential_smoothing(const RangeRow& row, const RangeArgs& args, const RowOut& out) {
  for_each_window(row, 1, [&](const Window& window) {
    const double level_factor = args.scalars[0][window.step];
    const double trend_factor = args.scalars[1][window.step];
    const auto outside = [](double factor) { return factor <= 0 || factor >= 1; };
    if (outside(level_factor) || outside(trend_factor)) {
      const bool level = outside(level_factor);
      *args.failure = level ? "invalid smoothing factor. Expected: 0 < sf < 1, got: "
                            : "invalid trend factor. Expected: 0 < tf < 1, got: ";
      *args.failure += std::to_string(level ? level_factor : trend_factor);
      return;
    }
    if (window.values.size() < 2) return;
    out.set(window.step, smoothed_level(window.values, level_factor, trend_factor));
  });
}

}  // namespace sonde::promql
