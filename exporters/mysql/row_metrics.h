#pragma once
// Answers whose rows are labels followed by numbers, a metric each: what most tables of information_schema
// are. Pure functions.

#include <span>

#include "common/core/result.h"
#include "common/exposition/metric_sink.h"
#include "exporters/mysql/connection.h"

namespace sonde::mysql {

struct RowMetric {
  Desc desc;
  double divisor = 1;  // of the server's number: 1000 where that is milliseconds and ours are seconds
};

// `metrics` in the order of the columns behind the labels, which are the first columns and the first metric's
// labels. Corrupt when the answer has other columns or a value is no number; rows before it are there.
Status emit_rows(const Table& table, std::span<const RowMetric> metrics, exposition::MetricSink& sink);

}  // namespace sonde::mysql
