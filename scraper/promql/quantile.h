#pragma once
// The quantile of plain numbers: shared by the aggregation, quantile_over_time and mad_over_time.

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace sonde::promql {

// Sorts `values` (NaN smallest). Linear between ranks; outside [0, 1] it is infinite.
inline double quantile(double q, std::span<double> values) {
  if (values.empty() || std::isnan(q)) return std::numeric_limits<double>::quiet_NaN();
  if (q < 0) return -std::numeric_limits<double>::infinity();
  if (q > 1) return std::numeric_limits<double>::infinity();
  std::ranges::sort(values, [](double a, double b) { return a < b || (std::isnan(a) && !std::isnan(b)); });
  const double last = static_cast<double>(values.size()) - 1;
  const double rank = q * last;
  const double lower = std::max(0.0, std::floor(rank));
  const double upper = std::min(last, lower + 1);
  const double weight = rank - std::floor(rank);
  return values[static_cast<size_t>(lower)] * (1 - weight) + values[static_cast<size_t>(upper)] * weight;
}

}  // namespace sonde::promql
