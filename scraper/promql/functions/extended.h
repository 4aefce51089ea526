#pragma once
// anchored and smoothed range selectors. Their windows reach beyond the range by the lookback, so that the
// samples next to its edges are there: anchored takes the last one before the start as the value at the
// start, smoothed interpolates at both edges.

#include <optional>

#include "scraper/promql/function_call.h"

namespace sonde::promql {

// The samples that count: from the last one at or before the range's start to the last one in it, or with
// smoothed to the first one at or after its end. Nothing if none of them is in the range or around it.
std::optional<Window> covered_samples(const RangeRow& row, const Window& window);

// The difference between the edges, with what a counter lost by resets; per second of the range if so wished.
void extended_difference(const RangeRow& row, const RowOut& out, bool counter, bool per_second);

// The value of a smoothed instant selector: between the samples around the time, or the one before it.
void smoothed_value(const RangeRow& row, const RowOut& out);

}  // namespace sonde::promql
