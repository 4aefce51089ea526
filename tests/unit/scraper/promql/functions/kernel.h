#pragma once
// Runs one range function on one window, for the tests of the families.

#include <optional>
#include <vector>

#include "scraper/promql/functions/functions.h"

namespace sonde::promql {

// The result over samples `interval_ms` apart that begin at 0, at the time of the last; the window holds them
// all.
inline std::optional<double> over_samples(RangeFn function, const std::vector<double>& values,
                                          int64_t interval_ms = 10'000,
                                          const std::vector<double>& scalars = {}) {
  std::vector<int64_t> times_ms;
  for (size_t i = 0; i < values.size(); ++i) times_ms.push_back(static_cast<int64_t>(i) * interval_ms);
  const uint32_t lo = 0;
  const auto hi = static_cast<uint32_t>(values.size());
  const int64_t end_ms = times_ms.empty() ? 0 : times_ms.back();
  RangeRow row{times_ms, values, &lo, &hi, &end_ms, end_ms + interval_ms, {end_ms, 0, 1}};
  std::vector<const double*> scalar_pointers;
  for (const double& scalar : scalars) scalar_pointers.push_back(&scalar);
  const std::vector<ByteRange> ranges(scalars.size() + 1);
  Annotations annotations;
  std::string failure;
  double value = 0;
  uint64_t bits = 0;
  function(row, {scalar_pointers, &annotations, ranges, &failure}, {&value, &bits});
  return bits == 0 || !failure.empty() ? std::nullopt : std::optional(value);
}

}  // namespace sonde::promql
