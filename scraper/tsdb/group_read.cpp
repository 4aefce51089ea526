// Reading a group beside its writer.
#include <algorithm>
#include <array>
#include <bit>
#include <mutex>
#include <vector>

#include "scraper/tsdb/bit_count.h"
#include "scraper/tsdb/group_head.h"
#include "scraper/tsdb/tail_entry.h"

namespace sonde::tsdb {

GroupHead::View GroupHead::view(storage::TimeRange range) const {
  View view;
  const std::lock_guard guard(lock_);
  for (const SlabRef& slab : slabs_) {
    if (slab.time_max_ms >= range.start_ms && slab.time_min_ms <= range.end_ms) view.slabs.push_back(slab);
  }
  view.part = part_;
  view.generation = generation_;
  view.time_min_ms = first_time_ms_;
  view.time_max_ms = last_time_ms_;
  const bool in_range = first_time_ms_ <= range.end_ms && last_time_ms_ >= range.start_ms;
  view.tail_row_count = in_range ? row_count_ : 0;
  return view;
}

size_t GroupHead::slab_count() const {
  const std::lock_guard guard(lock_);
  return slabs_.size();
}

bool GroupHead::read_tail_times(uint32_t generation, size_t row_count, int64_t* times_ms) const {
  const std::lock_guard guard(lock_);
  if (generation != generation_) return false;
  for (size_t row = 0; row < row_count; ++row) times_ms[row] = row_time_ms(row);
  return true;
}

std::vector<SlabRef> GroupHead::sealed(uint32_t generation) const {
  std::vector<SlabRef> found;
  const std::lock_guard guard(lock_);
  for (const SlabRef& slab : slabs_) {
    if (slab.generation == generation) found.push_back(slab);
  }
  return found;
}

// ---- prefetching

void GroupHead::prefetch_slab_list() const {
  const std::unique_lock guard(lock_, std::try_to_lock);
  if (guard.owns_lock()) prefetch_bytes(slabs_.data(), slabs_.size() * sizeof(SlabRef));
}

void GroupHead::prefetch_slabs(storage::TimeRange range) const {
  const std::unique_lock guard(lock_, std::try_to_lock);
  if (!guard.owns_lock()) return;
  for (const SlabRef& slab : slabs_) {
    const bool is_cut = slab.time_min_ms < range.start_ms || slab.time_max_ms > range.end_ms;
    if (!is_cut || slab.time_max_ms < range.start_ms || slab.time_min_ms > range.end_ms) continue;
    prefetch_line(slab.data);
    prefetch_line(slab.data + kCacheLineBytes);
  }
}

void GroupHead::prefetch_tail_column(size_t column) const {
  const std::unique_lock guard(lock_, std::try_to_lock);
  if (!guard.owns_lock() || column >= column_count_) return;
  const size_t segment = column / kSegmentColumns;
  prefetch_line(last_ + column);
  prefetch_line(kinds_ + column);
  prefetch_line(tail_changed_ + segment);
  prefetch_line(present_ + segment);
  prefetch_line(&segments_[segment]);
  prefetch_line(&segments_[segment] + 1);
}

void GroupHead::prefetch_tail_blocks(size_t column) const {
  const std::unique_lock guard(lock_, std::try_to_lock);
  if (!guard.owns_lock() || column >= column_count_) return;
  const Segment& segment = segments_[column / kSegmentColumns];
  prefetch_bytes(segment.blocks.data(), segment.blocks.size() * sizeof(std::byte*));
}

void GroupHead::prefetch_tail_bytes(size_t column) const {
  const std::unique_lock guard(lock_, std::try_to_lock);
  if (!guard.owns_lock() || column >= column_count_) return;
  const size_t index = column / kSegmentColumns;
  if (((tail_changed_[index] >> (column % kSegmentColumns)) & 1) == 0) return;
  size_t left = segments_[index].size_bytes;
  for (const std::byte* block : segments_[index].blocks) {
    prefetch_bytes(block, std::min(left, block_bytes_));
    left -= std::min(left, block_bytes_);
  }
}

// ---- columns

// What reading one column needs, taken under the lock and decoded without it.
struct GroupHead::TailCopy {
  size_t row_count;
  double last;
  Kind kind;
  bool is_changed;
  std::vector<uint8_t> bytes;
  std::vector<KindEvent> kind_events;  // of the column, latest first
};

namespace {

// Writes the rows' values, walking back from the newest one.
template <class Copy>
void decode_tail_column(const Copy& copy, unsigned bit, size_t wanted_rows, double* values) {
  std::array<uint64_t, kRowsPerSeal> deltas;
  std::array<uint8_t, kRowsPerSeal> rows;  // that have a delta
  size_t delta_count = 0;
  uint64_t changed = 0;
  const uint8_t* at = copy.bytes.data();
  for (size_t row = 0; row < copy.row_count; ++row) {
    const auto piece = next_entry(at);
    if (piece.empty()) {
      changed = 0;
      continue;
    }
    const uint8_t* delta = piece.data();
    changed ^= read_piece_head(delta);
    if (((changed >> bit) & 1) == 0) continue;
    delta = skip_varints(delta, count_bits(changed & ((1ULL << bit) - 1)));
    deltas[delta_count] = read_varint(delta);
    rows[delta_count++] = static_cast<uint8_t>(row);
  }
  Kind kind = copy.kind;
  int64_t scaled = to_scaled(kind, copy.last);
  auto event = copy.kind_events.begin();
  size_t end = copy.row_count;  // rows from here on are written
  while (true) {
    const size_t begin = delta_count > 0 ? rows[delta_count - 1] : 0;
    const double value = to_double(kind, scaled);
    for (size_t row = begin; row < std::min(end, wanted_rows); ++row) values[row] = value;
    if (delta_count == 0) break;
    end = begin;
    scaled = undo_delta(kind, scaled, deltas[--delta_count]);
    if (event != copy.kind_events.end() && event->row == begin) {
      scaled = to_scaled(event->old_kind, to_double(kind, scaled));
      kind = event->old_kind;
      ++event;
    }
  }
}

}  // namespace

bool GroupHead::read_tail_column(uint32_t generation, size_t row_count, size_t column, double* values,
                                 uint64_t* present) const {
  thread_local TailCopy copy;
  const size_t segment = column / kSegmentColumns;
  const auto bit = static_cast<unsigned>(column % kSegmentColumns);
  copy.kind_events.clear();
  {
    const std::lock_guard guard(lock_);
    if (generation != generation_) return false;
    copy.row_count = row_count_;
    copy.last = last_[column];
    copy.kind = kinds_[column];
    copy.is_changed = ((tail_changed_[segment] >> bit) & 1) != 0;
    if (copy.is_changed) copy_segment(segment, copy.bytes);
    for (auto event = kind_events_.rbegin(); event != kind_events_.rend(); ++event) {
      if (event->column == column) copy.kind_events.push_back(*event);
    }
    fill_presence(presence_events_, static_cast<uint32_t>(segment), bit,
                  ((present_[segment] >> bit) & 1) != 0, row_count_, present);
  }
  if (copy.is_changed) {
    decode_tail_column(copy, bit, row_count, values);
  } else {
    std::fill_n(values, row_count, copy.last);
  }
  return true;
}

}  // namespace sonde::tsdb
