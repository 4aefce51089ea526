#pragma once
// The series of a block in the order of the index, those without a chunk in the window left out.

#include <vector>

#include "scraper/prometheus_tsdb/block.h"
#include "scraper/prometheus_tsdb/series_cursor.h"

namespace sonde::prometheus_tsdb {

class BlockCursor final : public SeriesCursor {
 public:
  BlockCursor(const Block& block, TimeWindow window, LeftBehind& left_behind)
      : block_(block), window_(window), left_behind_(left_behind), position_(block.index().series_begin()) {}

  Result<bool> next() override;
  const Labels& labels() const override { return labels_; }
  Status read(std::vector<Sample>& out) override;

 private:
  const Block& block_;
  const TimeWindow window_;
  LeftBehind& left_behind_;
  size_t position_;
  IndexSeries series_;
  Labels labels_;
};

}  // namespace sonde::prometheus_tsdb
