#include "scraper/tsdb/group_head.h"

#include <sched.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <mutex>
#include <utility>

#include "common/core/check.h"
#include "common/io/byte_writer.h"
#include "scraper/tsdb/column_compare.h"
#include "scraper/tsdb/prefetch.h"
#include "scraper/tsdb/tail_entry.h"

namespace sonde::tsdb {
namespace {

constexpr size_t kCopyBytes = 16;  // pieces are copied in steps of so much
constexpr size_t kPrefetchColumns = 2 * kSegmentColumns;

uint64_t low_bits(size_t count) {
  return count >= 64 ? ~0ULL : (1ULL << count) - 1;
}

size_t segments_for(size_t columns) {
  return (columns + kSegmentColumns - 1) / kSegmentColumns;
}

// Copies by whole steps: up to kCopyBytes - 1 bytes behind either range are read and written too.
void copy_in_steps(std::byte* to, const uint8_t* from, size_t count) {
  for (size_t at = 0; at < count; at += kCopyBytes) std::memcpy(to + at, from + at, kCopyBytes);
}

}  // namespace

void SpinLock::lock() {
  for (unsigned spins = 0; held_.exchange(1, std::memory_order_acquire) != 0; ++spins) {
    if (spins % 64 == 63) ::sched_yield();  // The holder lost its processor.
  }
}

// ---- columns

void GroupHead::allocate_columns(size_t count) {
  const size_t segment_count = segments_for(count);
  const size_t bytes = count * sizeof(double) + 4 * segment_count * sizeof(uint64_t) + count * sizeof(Kind);
  auto storage = std::make_unique<std::byte[]>(bytes);
  auto* last = reinterpret_cast<double*>(storage.get());
  auto* known = reinterpret_cast<uint64_t*>(last + count);
  uint64_t* present = known + segment_count;
  uint64_t* changed = present + segment_count;
  uint64_t* tail_changed = changed + segment_count;
  auto* kinds = reinterpret_cast<Kind*>(tail_changed + segment_count);
  if (column_count_ > 0) {
    std::copy_n(last_, column_count_, last);
    std::copy_n(known_, segments_.size(), known);
    std::copy_n(present_, segments_.size(), present);
    std::copy_n(changed_, segments_.size(), changed);
    std::copy_n(tail_changed_, segments_.size(), tail_changed);
    std::copy_n(kinds_, column_count_, kinds);
  }
  storage_ = std::move(storage);
  last_ = last;
  known_ = known;
  present_ = present;
  changed_ = changed;
  tail_changed_ = tail_changed;
  kinds_ = kinds;
  column_count_ = count;
}

void GroupHead::grow(ShapePtr layout, TailPool& pool) {
  const size_t count = layout->columns.size();
  auto part = std::make_shared<Part>();
  part->layout = layout;
  part->base = std::make_unique<double[]>(count);
  part->lineage = part_ != nullptr ? part_->lineage : 0;
  if (part_ != nullptr) std::copy_n(part_->base.get(), column_count_, part->base.get());
  const std::lock_guard guard(lock_);
  allocate_columns(count);
  const size_t old_segments = segments_.size();
  segments_.resize(segments_for(count));
  block_bytes_ = pool.block_bytes();
  constexpr std::array<uint8_t, kRowsPerSeal> kNothingChanged{};
  for (size_t i = old_segments; i < segments_.size(); ++i) {
    append_to_segment(segments_[i], kNothingChanged.data(), row_count_, pool);
  }
  // The old ones go after the lock does: a shape that ends gives back its label sets.
  part_.swap(part);
  layout_.swap(layout);
}

void GroupHead::restart(ShapePtr layout) {
  check(row_count_ == 0, "a group restarts with an empty tail");
  auto part = std::make_shared<Part>();
  part->layout = layout;
  part->base = std::make_unique<double[]>(layout->columns.size());
  part->lineage = part_ != nullptr ? part_->lineage + 1 : 0;
  const std::lock_guard guard(lock_);
  column_count_ = 0;
  segments_.clear();
  allocate_columns(layout->columns.size());
  segments_.resize(segments_for(column_count_));
  // The old ones go after the lock does: a shape that ends gives back its label sets.
  part_.swap(part);
  layout_.swap(layout);
}

size_t GroupHead::memory_bytes() const {
  size_t bytes = sizeof(*this) + column_count_ * (2 * sizeof(double) + sizeof(Kind)) +
                 segments_.size() * (4 * sizeof(uint64_t) + sizeof(Segment)) +
                 slabs_.capacity() * sizeof(SlabRef) + presence_events_.capacity() * sizeof(PresenceEvent) +
                 kind_events_.capacity() * sizeof(KindEvent) + time_offsets_.capacity() * sizeof(uint32_t);
  for (const Segment& segment : segments_) bytes += segment.blocks.capacity() * sizeof(std::byte*);
  return bytes;
}

// ---- appending

void GroupHead::introduce(size_t segment, uint64_t fresh, const double* values) {
  known_[segment] |= fresh;
  for (; fresh != 0; fresh &= fresh - 1) {
    const size_t column = segment * kSegmentColumns + static_cast<size_t>(std::countr_zero(fresh));
    last_[column] = values[column];
    part_->base[column] = values[column];
    kinds_[column] = find_kind(values[column]);
  }
}

// Whole numbers, which most columns are; others take the longer way.
inline uint64_t GroupHead::encode_delta(size_t column, double value, EncodedRow& encoded) {
  int64_t scaled = 0;
  if (kinds_[column] != 0 || !is_whole(value, scaled)) return encode_scaled_delta(column, value, encoded);
  const auto before = static_cast<int64_t>(last_[column]);
  last_[column] = value;
  return io::zigzag(scaled - before);
}

uint64_t GroupHead::encode_scaled_delta(size_t column, double value, EncodedRow& encoded) {
  const double before = last_[column];
  last_[column] = value;
  Kind kind = kinds_[column];
  int64_t scaled = 0;
  if (!try_scale(kind, value, scaled)) {
    const Kind new_kind = find_common_kind(kind, before, value);
    if (row_count_ > 0)
      kind_events_.push_back({static_cast<uint32_t>(column), static_cast<uint8_t>(row_count_), kind});
    encoded.kind_changes.push_back({static_cast<uint32_t>(column), new_kind});
    kinds_[column] = kind = new_kind;
    try_scale(kind, value, scaled);
  }
  if (kind == kKindRaw) return std::bit_cast<uint64_t>(value) ^ std::bit_cast<uint64_t>(before);
  return io::zigzag(scaled - to_scaled(kind, before));
}

uint8_t* GroupHead::encode_segment(size_t segment, const double* values, const uint64_t* absent,
                                   EncodedRow& encoded, uint8_t* at) {
  const size_t first = segment * kSegmentColumns;
  const size_t count = std::min(kSegmentColumns, column_count_ - first);
  const uint64_t present = low_bits(count) & (absent != nullptr ? ~absent[segment] : ~0ULL);
  const uint64_t toggled = present ^ present_[segment];
  encoded.toggles[segment] = toggled;
  uint64_t fresh = 0;
  if (toggled != 0) {
    encoded.any_toggle = true;
    fresh = present & ~known_[segment];
    if (fresh != 0) {
      encoded.introduces = true;
      introduce(segment, fresh, values);
    }
    if (row_count_ > 0) {
      presence_events_.push_back({toggled, static_cast<uint32_t>(segment), static_cast<uint8_t>(row_count_)});
    }
    present_[segment] = present;
  }
  const uint64_t changed = differing_bits(values + first, last_ + first, count) & present;
  // The first row's deltas are before the tail: readers stop at it.
  const uint64_t kept = row_count_ > 0 ? changed : 0;
  tail_changed_[segment] |= kept;
  at = write_piece_head(at, changed ^ changed_[segment]);
  changed_[segment] = kept;
  for (uint64_t left = changed; left != 0; left &= left - 1) {
    const size_t column = first + static_cast<size_t>(std::countr_zero(left));
    at = io::write_varint(at, encode_delta(column, values[column], encoded));
  }
  return at;
}

// A group's lines are cold: its rows come seconds apart. Asking for all of them at once costs one miss and
// not one per segment.
void GroupHead::prefetch_tail() const {
  prefetch_bytes(segments_.data(), segments_.size() * sizeof(Segment));
  prefetch_bytes(last_, std::min(column_count_, kPrefetchColumns) * sizeof(double));
  prefetch_bytes(known_, 4 * segments_.size() * sizeof(uint64_t));
  prefetch_bytes(kinds_, column_count_);
  for (const Segment& segment : segments_) prefetch_line(segment.at);
}

void GroupHead::append(int64_t time_ms, const double* values, const uint64_t* absent, EncodedRow& encoded,
                       TailPool& pool) {
  // Never made smaller, so that its bytes are not cleared for each row.
  encoded.pieces.resize(std::max(encoded.pieces.size(), segments_.size() * kPieceBytesMax + kCopyBytes));
  encoded.toggles.resize(segments_.size());
  encoded.kind_changes.clear();
  encoded.any_toggle = false;
  encoded.introduces = false;
  prefetch_tail();
  const std::lock_guard guard(lock_);
  block_bytes_ = pool.block_bytes();
  uint8_t* at = encoded.pieces.data();
  for (size_t segment = 0; segment < segments_.size(); ++segment) {
    const size_t ahead = segment * kSegmentColumns + kPrefetchColumns;
    if (ahead < column_count_) {
      prefetch_bytes(last_ + ahead, std::min(kSegmentColumns, column_count_ - ahead) * sizeof(double));
    }
    uint8_t* const begin = at;
    at = encode_segment(segment, values, absent, encoded, at);
    append_entry(segments_[segment], begin, changed_[segment] == 0 ? 0 : static_cast<size_t>(at - begin),
                 pool);
  }
  encoded.piece_bytes = static_cast<size_t>(at - encoded.pieces.data());
  note_time(time_ms);
}

void GroupHead::append_entry(Segment& segment, const uint8_t* piece, size_t size_bytes, TailPool& pool) {
  if (size_bytes < kLongEntry && segment.room >= 1 + size_bytes + kCopyBytes) {
    *segment.at = static_cast<std::byte>(size_bytes);
    copy_in_steps(segment.at + 1, piece, size_bytes);
    segment.at += 1 + size_bytes;
    segment.room -= static_cast<uint32_t>(1 + size_bytes);
    segment.size_bytes += static_cast<uint32_t>(1 + size_bytes);
    return;
  }
  std::array<uint8_t, 3> length{static_cast<uint8_t>(size_bytes), 0, 0};
  size_t length_bytes = 1;
  if (size_bytes >= kLongEntry) {
    length = {kLongEntry, static_cast<uint8_t>(size_bytes), static_cast<uint8_t>(size_bytes >> 8)};
    length_bytes = 3;
  }
  append_to_segment(segment, length.data(), length_bytes, pool);
  append_to_segment(segment, piece, size_bytes, pool);
  is_tail_full_ |= segment.size_bytes > kTailSegmentBytesMax;
}

void GroupHead::append_to_segment(Segment& segment, const uint8_t* bytes, size_t count, TailPool& pool) {
  while (count > 0) {
    if (segment.room == 0) {
      segment.blocks.push_back(pool.take());
      segment.at = segment.blocks.back();
      segment.room = static_cast<uint32_t>(block_bytes_);
    }
    const size_t part = std::min<size_t>(count, segment.room);
    std::memcpy(segment.at, bytes, part);
    segment.at += part;
    segment.room -= static_cast<uint32_t>(part);
    segment.size_bytes += static_cast<uint32_t>(part);
    bytes += part;
    count -= part;
  }
}

void GroupHead::note_time(int64_t time_ms) {
  if (row_count_ == 0) {
    first_time_ms_ = time_ms;
  } else if (row_count_ == 1) {
    step_ms_ = time_ms - first_time_ms_;
  }
  if (row_count_ > 1) {
    const bool is_on_line = time_ms - first_time_ms_ == step_ms_ * row_count_;
    if (!is_on_line && time_offsets_.empty()) {
      for (size_t row = 0; row < row_count_; ++row) {
        time_offsets_.push_back(static_cast<uint32_t>(step_ms_ * static_cast<int64_t>(row)));
      }
    }
    if (!time_offsets_.empty()) time_offsets_.push_back(static_cast<uint32_t>(time_ms - first_time_ms_));
  }
  last_time_ms_ = time_ms;
  if (!has_rows_) {
    // The first seal comes early by the group's hash, later ones every 120 rows.
    rows_until_seal_ = static_cast<uint16_t>(1 + identity_.labels_hash % kRowsPerSeal);
    has_rows_ = true;
  }
  ++row_count_;
}

int64_t GroupHead::row_time_ms(size_t row) const {
  if (time_offsets_.empty()) return first_time_ms_ + step_ms_ * static_cast<int64_t>(row);
  return first_time_ms_ + time_offsets_[row];
}

bool GroupHead::must_seal(int64_t next_time_ms, size_t row_limit) const {
  if (row_count_ == 0) return false;
  if (next_time_ms - first_time_ms_ > static_cast<int64_t>(UINT32_MAX)) return true;
  if (row_count_ >= row_limit) return true;
  return is_tail_full_ || presence_events_.size() + kind_events_.size() > kTailEventsMax;
}

}  // namespace sonde::tsdb
