#pragma once
// The warning about a quantile that is none, wherever one is a parameter.

#include <cmath>
#include <string>

#include "common/core/number_text.h"
#include "scraper/promql/annotations.h"

namespace sonde::promql {

inline void warn_of_quantile(double q, ByteRange range, Annotations& annotations) {
  if (q >= 0 && q <= 1) return;
  std::string text = "quantile value should be between 0 and 1, got ";
  append_number_exposition(text, q);
  annotations.warn(text, range);
}

}  // namespace sonde::promql
