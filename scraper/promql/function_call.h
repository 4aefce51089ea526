#pragma once
// What function bodies get and give. Three shapes: MapFn on one value, RangeFn on one series' windows at all
// steps, EvalFn on whole arguments. Bodies keep no state and may run on any thread.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "scraper/promql/annotations.h"
#include "scraper/promql/ast.h"
#include "scraper/promql/time_span.h"
#include "scraper/promql/value.h"

namespace sonde::promql {

using MapFn = double (*)(double);

// One series under a range selector. The window of a step is samples [lo[step], hi[step]) of times and
// values; both bounds never decrease from step to step. Stale markers are already gone.
struct RangeRow {
  std::span<const int64_t> times_ms;
  std::span<const double> values;
  const uint32_t* lo = nullptr;
  const uint32_t* hi = nullptr;
  const int64_t* end_ms = nullptr;  // of each window; it is left-open and range_ms long
  int64_t range_ms = 0;
  Grid grid;  // the times of evaluation, which offset and @ part from the windows' ends
  // anchored and smoothed: how much of the window lies outside of the range.
  Extension extension = Extension::None;
  int64_t margin_before_ms = 0;
  int64_t margin_after_ms = 0;
  // Asked now and then by for_each_window: true ends it early, because nobody wants the result any more.
  const std::function<bool()>* must_stop = nullptr;
};

struct RangeArgs {
  std::span<const double* const> scalars;  // one value per step for each scalar argument, in order
  Annotations* annotations = nullptr;
  std::span<const ByteRange> ranges;  // of the arguments
  std::string* failure = nullptr;     // what a body writes here ends the query
};

struct RowOut {
  double* values = nullptr;
  uint64_t* bits = nullptr;
  void set(size_t step, double value) const {
    values[step] = value;
    set_bit(bits, step);
  }
};

using RangeFn = void (*)(const RangeRow& row, const RangeArgs& args, const RowOut& out);

// One window, for bodies that look at each on its own.
struct Window {
  std::span<const int64_t> times_ms;
  std::span<const double> values;
  size_t step = 0;
};

// How many samples of windows may be looked at between two questions whether to stop; a millisecond's work.
inline constexpr size_t kSamplesPerQuestion = 1 << 20;

// Calls fn(window) for every step whose window has at least `least` samples.
template <class Fn>
void for_each_window(const RangeRow& row, size_t least, Fn fn) {
  size_t samples = 0;
  for (size_t step = 0; step < row.grid.count; ++step) {
    const size_t lo = row.lo[step];
    const size_t count = row.hi[step] - lo;
    if (count < least || count == 0) continue;
    samples += count;
    if (samples >= kSamplesPerQuestion) {
      samples = 0;
      if (row.must_stop != nullptr && (*row.must_stop)()) return;
    }
    fn(Window{row.times_ms.subspan(lo, count), row.values.subspan(lo, count), step});
  }
}

struct CallContext {
  Grid grid;       // of this evaluation
  TimeSpan query;  // the whole query: start(), end(), step()
  bool is_range_query = false;
  bool delayed_name_removal = false;
  bool sample_times_given = false;  // the first argument's values are the times of its samples
  const Call& call;
  ByteRange range;  // of the call
  Annotations& annotations;

  // Drops the metric name of every row, now or at the end of the query.
  void drop_names(Tile& tile) const;
};

using EvalFn = Result<Value> (*)(std::vector<Value>& args, const CallContext& context);

// The error of a query that cannot be evaluated.
Error execution_error(std::string message);

// Fails when two rows have samples at the same step under equal labels.
Status check_unique_labels(const Tile& tile);
// Makes one row of those with equal labels; fails when two of them have a sample at the same step.
Status merge_equal_labels(Tile& tile);

}  // namespace sonde::promql
