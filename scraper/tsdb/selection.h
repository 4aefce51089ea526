#pragma once
// Puts together what the head and the blocks have of a selector's series. A stretch is one group's rows in
// one source, with one set of columns; stretches with the same group labels become one group, in time order.
// Where that cannot be (blocks that overlap, one label set in two groups) each series concerned becomes a
// group of its own, merged by time when it is read.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "scraper/storage/series_source.h"
#include "scraper/tsdb/series_filter.h"
#include "scraper/tsdb/shape.h"
#include "scraper/tsdb/symbol_table.h"

namespace sonde::tsdb {

// Rows of one group, trimmed to the queried range. Any thread.
class Stretch {
 public:
  virtual ~Stretch() = default;
  virtual size_t row_count() const = 0;
  // Appends row_count() times.
  virtual Status read_times(std::vector<int64_t>& times_ms) const = 0;
  // Writes row_count() values and ors their presence bits from bit `first_bit` of `present` on (zero before).
  virtual Status read_column(size_t column, double* values, uint64_t* present, size_t first_bit) const = 0;
  // Asks for the memory that read_column() will touch: stage 0 first, a few series ahead, higher stages
  // later.
  virtual void prefetch(size_t column, unsigned stage) const = 0;
};

struct FoundStretch {
  const SymbolSource* symbols = nullptr;  // pinned by the selection
  std::span<const LabelRef> group_labels;
  uint64_t group_hash = 0;
  bool absence_is_stale = true;
  ShapeView shape;
  ColumnList columns;  // those that match; not empty
  int64_t time_min_ms = 0;
  int64_t time_max_ms = 0;
  std::unique_ptr<Stretch> rows;
};

// `pins` are kept as long as the selection lives.
std::unique_ptr<storage::Selection> make_selection(std::vector<FoundStretch> found,
                                                   std::vector<std::shared_ptr<const void>> pins);

}  // namespace sonde::tsdb
