#pragma once
// Waits for I/O by operation, as performance_schema counts them for tables and for indexes: two families with
// a last label "operation".

#include <array>

#include "exporters/mysql/row_metrics.h"

namespace sonde::mysql {

// The columns of a row: counts by operation, then times in picoseconds.
constexpr std::array<RowMetric, 8> io_wait_metrics(const Desc& waits, const Desc& time) {
  return {RowMetric{waits, 1, "fetch"},
          RowMetric{waits, 1, "insert"},
          RowMetric{waits, 1, "update"},
          RowMetric{waits, 1, "delete"},
          RowMetric{time, kPicosecondsPerSecond, "fetch"},
          RowMetric{time, kPicosecondsPerSecond, "insert"},
          RowMetric{time, kPicosecondsPerSecond, "update"},
          RowMetric{time, kPicosecondsPerSecond, "delete"}};
}

}  // namespace sonde::mysql
