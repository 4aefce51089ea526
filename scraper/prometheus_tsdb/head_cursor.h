#pragma once
// The series of the head in the order of their labels.

#include <vector>

#include "scraper/prometheus_tsdb/head.h"
#include "scraper/prometheus_tsdb/series_cursor.h"

namespace sonde::prometheus_tsdb {

class HeadCursor final : public SeriesCursor {
 public:
  HeadCursor(const Head& head, TimeWindow window, size_t samples_max)
      : head_(head), window_(window), samples_max_(samples_max) {}

  Result<bool> next() override;
  const Labels& labels() const override { return labels_; }
  Status read(std::vector<Sample>& out) override;

 private:
  const Head& head_;
  const TimeWindow window_;
  const size_t samples_max_;
  size_t next_place_ = 0;
  size_t logged_begin_ = 0;
  std::vector<LoggedSamples> logged_;  // of the places from logged_begin_ on
  Labels labels_;
};

}  // namespace sonde::prometheus_tsdb
