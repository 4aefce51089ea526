#pragma once
// The rows of one group in the head, as a selection saw them: slabs of one lineage, and perhaps the open
// tail. What the tail had then is read from it or, when it was sealed meanwhile, from the slabs it became.

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "scraper/storage/series_source.h"
#include "scraper/tsdb/group_head.h"
#include "scraper/tsdb/selection.h"

namespace sonde::tsdb {

class HeadStretch final : public Stretch {
 public:
  HeadStretch(const GroupHead& head, std::shared_ptr<const Part> part)
      : head_(&head), part_(std::move(part)) {}

  // Times ascend over the calls.
  void add_slab(SlabRef slab, storage::TimeRange range);
  void add_tail(const GroupHead::View& view, storage::TimeRange range);

  uint32_t lineage() const { return part_->lineage; }
  void use_part(std::shared_ptr<const Part> part) { part_ = std::move(part); }
  const Shape& layout() const { return *part_->layout; }
  int64_t time_min_ms() const { return time_min_ms_; }
  int64_t time_max_ms() const { return time_max_ms_; }
  bool empty() const { return row_count_ == 0; }

  size_t row_count() const override { return row_count_; }
  Status read_times(std::vector<int64_t>& times_ms) const override;
  Status read_column(size_t column, double* values, uint64_t* present, size_t first_bit) const override;
  void prefetch(size_t column, unsigned stage) const override;

 private:
  struct Piece {
    SlabRef slab;
    size_t row_begin = 0;  // rows within the slab or the tail
    size_t row_end = 0;
  };

  void note_rows(const int64_t* times_ms, size_t begin, size_t end);
  std::vector<SlabRef> sealed_tail() const;

  const GroupHead* head_;
  std::shared_ptr<const Part> part_;
  std::vector<Piece> slabs_;
  uint32_t generation_ = 0;
  size_t tail_rows_ = 0;  // that the tail had; 0: it is not part of this
  size_t tail_begin_ = 0;
  size_t tail_end_ = 0;
  size_t row_count_ = 0;
  int64_t time_min_ms_ = 0;
  int64_t time_max_ms_ = 0;
};

// One stretch per lineage, those without rows in the range left out.
std::vector<HeadStretch> make_head_stretches(const GroupHead& head, GroupHead::View view,
                                             storage::TimeRange range);

// Reads one slab's rows [begin, end) of a column. Shared with blocks' reader through chunk_codec.h.
bool read_slab_column(const SlabRef& slab, size_t column, double* values, uint64_t* present);

// The rows whose times are within the range, as [begin, end).
std::pair<size_t, size_t> rows_in_range(const int64_t* times_ms, size_t count, storage::TimeRange range);

// Ors `count` bits from bit `begin` of `bits` into `out` from bit `first_bit` on.
void or_bits(const uint64_t* bits, size_t begin, size_t count, uint64_t* out, size_t first_bit);

}  // namespace sonde::tsdb
