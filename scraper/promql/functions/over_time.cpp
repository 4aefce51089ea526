// The *_over_time family: one number of the samples in each window.
#include <cmath>

#include "scraper/promql/functions/functions.h"
#include "scraper/promql/kahan.h"
#include "scraper/promql/quantile.h"
#include "scraper/promql/quantile_warning.h"

namespace sonde::promql {
namespace {

template <class Fn>
void reduce(const RangeRow& row, const RowOut& out, Fn fn) {
  for_each_window(row, 1, [&](const Window& window) { out.set(window.step, fn(window)); });
}

// Welford's method, both sums compensated.
double variance(std::span<const double> values) {
  KahanSum mean;
  KahanSum squares;
  double count = 0;
  for (const double value : values) {
    count += 1;
    const double delta = value - mean.total();
    mean.add(delta / count);
    squares.add(delta * (value - mean.total()));
  }
  return squares.total() / count;
}

// The index of the extreme; of equal ones the first, or the last if so wished. NaN only if all are.
template <class Better>
size_t extreme(std::span<const double> values, Better better) {
  size_t at = 0;
  for (size_t i = 1; i < values.size(); ++i) {
    if (better(values[i], values[at]) || std::isnan(values[at])) at = i;
  }
  return at;
}

double seconds(int64_t ms) {
  return static_cast<double>(ms) / 1000;
}

}  // namespace

void range_avg(const RangeRow& row, const RangeArgs&, const RowOut& out) {
  reduce(row, out, [](const Window& window) {
    KahanMean mean;
    for (const double value : window.values) mean.add(value);
    return mean.mean();
  });
}

void range_count(const RangeRow& row, const RangeArgs&, const RowOut& out) {
  reduce(row, out, [](const Window& window) { return static_cast<double>(window.values.size()); });
}

void range_first(const RangeRow& row, const RangeArgs&, const RowOut& out) {
  reduce(row, out, [](const Window& window) { return window.values.front(); });
}

void range_last(const RangeRow& row, const RangeArgs&, const RowOut& out) {
  reduce(row, out, [](const Window& window) { return window.values.back(); });
}

void range_mad(const RangeRow& row, const RangeArgs&, const RowOut& out) {
  std::vector<double> scratch;
  reduce(row, out, [&](const Window& window) {
    scratch.assign(window.values.begin(), window.values.end());
    const double median = quantile(0.5, scratch);
    for (double& value : scratch) value = std::fabs(value - median);
    return quantile(0.5, scratch);
  });
}

void range_max(const RangeRow& row, const RangeArgs&, const RowOut& out) {
  reduce(row, out, [](const Window& window) {
    return window.values[extreme(window.values, [](double a, double b) { return a > b; })];
  });
}

void range_min(const RangeRow& row, const RangeArgs&, const RowOut& out) {
  reduce(row, out, [](const Window& window) {
    return window.values[extreme(window.values, [](double a, double b) { return a < b; })];
  });
}

void range_present(const RangeRow& row, const RangeArgs&, const RowOut& out) {
  reduce(row, out, [](const Window&) { return 1.0; });
}

void range_quantile(const RangeRow& row, const RangeArgs& args, const RowOut& out) {
  std::vector<double> scratch;
  reduce(row, out, [&](const Window& window) {
    const double q = args.scalars[0][window.step];
    warn_of_quantile(q, args.ranges[0], *args.annotations);
    scratch.assign(window.values.begin(), window.values.end());
    return quantile(q, scratch);
  });
}

void range_stddev(const RangeRow& row, const RangeArgs&, const RowOut& out) {
  reduce(row, out, [](const Window& window) { return std::sqrt(variance(window.values)); });
}

void range_stdvar(const RangeRow& row, const RangeArgs&, const RowOut& out) {
  reduce(row, out, [](const Window& window) { return variance(window.values); });
}

void range_sum(const RangeRow& row, const RangeArgs&, const RowOut& out) {
  reduce(row, out, [](const Window& window) {
    KahanSum sum;
    for (const double value : window.values) sum.add(value);
    return sum.total();
  });
}

void range_ts_of_first(const RangeRow& row, const RangeArgs&, const RowOut& out) {
  reduce(row, out, [](const Window& window) { return seconds(window.times_ms.front()); });
}

void range_ts_of_last(const RangeRow& row, const RangeArgs&, const RowOut& out) {
  reduce(row, out, [](const Window& window) { return seconds(window.times_ms.back()); });
}

void range_ts_of_max(const RangeRow& row, const RangeArgs&, const RowOut& out) {
  reduce(row, out, [](const Window& window) {
    return seconds(window.times_ms[extreme(window.values, [](double a, double b) { return a >= b; })]);
  });
}

void range_ts_of_min(const RangeRow& row, const RangeArgs&, const RowOut& out) {
  reduce(row, out, [](const Window& window) {
    return seconds(window.times_ms[extreme(window.values, [](double a, double b) { return a <= b; })]);
  });
}

}  // namespace sonde::promql
