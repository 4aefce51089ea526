#pragma once
// Answers whose rows are labels followed by numbers, a metric each: what most tables of information_schema
// and performance_schema are. Pure functions.

#include <span>
#include <string_view>

#include "common/core/result.h"
#include "common/exposition/metric_sink.h"
#include "exporters/mysql/connection.h"

namespace sonde::mysql {

inline constexpr double kPicosecondsPerSecond = 1e12;  // performance_schema's times
inline constexpr double kMicrosecondsPerSecond = 1e6;
inline constexpr double kMillisecondsPerSecond = 1e3;

struct RowMetric {
  Desc desc;
  double divisor = 1;  // of the server's number: 1000 where that is milliseconds and ours are seconds
  std::string_view last_label = {};  // where columns are one family: the value of its last label
};

// `metrics` in the order of the columns behind the labels, which are the first columns and the first labels
// of all metrics. NULL is a figure that the server does not have: no sample. Corrupt when the answer has
// other columns or a value is no number; rows before it are there.
Status emit_rows(const Table& table, std::span<const RowMetric> metrics, exposition::MetricSink& sink);

// Asks, and emits the rows of the answer.
Status query_rows(Connection& connection, const std::string& sql, std::span<const RowMetric> metrics,
                  exposition::MetricSink& sink);

// Takes the prefix from the texts of a column that begin with it.
void remove_prefix(Table& table, size_t column, std::string_view prefix);

}  // namespace sonde::mysql
