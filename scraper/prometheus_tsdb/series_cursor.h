#pragma once
// Series in the order of their labels, with their samples of one window: what blocks and the head have in
// common, so that several of them can be read together, series by series. One thread.

#include <vector>

#include "common/core/result.h"
#include "common/metrics/labels.h"
#include "scraper/prometheus_tsdb/sample.h"

namespace sonde::prometheus_tsdb {

class SeriesCursor {
 public:
  virtual ~SeriesCursor() = default;
  // Moves to the next series; false at the end. A series that has no sample in the window may be passed over.
  virtual Result<bool> next() = 0;
  // Of the series that the cursor is at; good until next().
  virtual const Labels& labels() const = 0;
  // Appends its samples of the window, those that were deleted left out. Their times mostly ascend.
  virtual Status read(std::vector<Sample>& out) = 0;
};

}  // namespace sonde::prometheus_tsdb
