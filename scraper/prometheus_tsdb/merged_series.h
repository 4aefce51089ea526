#pragma once
// Several cursors as one: each label set once, with the samples of all of them, ascending and each time once.
// Where two have something of the same time, the first cursor's counts.

#include <memory>
#include <vector>

#include "scraper/prometheus_tsdb/series_cursor.h"

namespace sonde::prometheus_tsdb {

class MergedSeries {
 public:
  explicit MergedSeries(std::vector<std::unique_ptr<SeriesCursor>> cursors);

  Result<bool> next();
  // Good until next().
  const Labels& labels() const;
  // `out` becomes the samples of the series that next() moved to.
  Status read(std::vector<Sample>& out);

 private:
  struct Source {
    std::unique_ptr<SeriesCursor> cursor;
    bool has_series = false;
    bool is_current = false;  // it is at the series that next() moved to
  };
  std::vector<Source> sources_;
};

}  // namespace sonde::prometheus_tsdb
