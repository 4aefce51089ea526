#pragma once
// The times of a range query, as its author gave them.

#include <cstdint>

namespace sonde::promql {

struct TimeSpan {
  int64_t start_ms = 0;
  int64_t end_ms = 0;   // inclusive; need not be a step
  int64_t step_ms = 0;  // 0: one evaluation at start_ms
};

}  // namespace sonde::promql
