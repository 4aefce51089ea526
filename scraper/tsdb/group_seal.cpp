// A group's tail becomes slabs.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <iterator>
#include <mutex>
#include <utility>

#include "common/io/byte_writer.h"
#include "scraper/tsdb/bit_count.h"
#include "scraper/tsdb/group_head.h"
#include "scraper/tsdb/tail_entry.h"
#include "scraper/tsdb/times_codec.h"

namespace sonde::tsdb {
namespace {

using RowBits = std::array<uint64_t, kChunkBitmapWords>;

uint64_t bits_of(double value) {
  return std::bit_cast<uint64_t>(value);
}

// The bits from row `begin` on as the first ones.
RowBits bits_from(const RowBits& bits, size_t begin) {
  static_assert(kChunkBitmapWords == 2);
  if (begin == 0) return bits;
  if (begin >= 64) return {bits[1] >> (begin - 64), 0};
  return {bits[0] >> begin | bits[1] << (64 - begin), bits[1] >> begin};
}

// A kind that all values have, starting from the first one's.
Kind common_kind(std::span<const double> values, int64_t* scaled) {
  Kind kind = find_kind(values.front());
  for (size_t i = 0; i < values.size(); ++i) {
    if (try_scale(kind, values[i], scaled[i])) continue;
    if (kind == kKindRaw) break;
    kind = next_kind(kind);
    i = static_cast<size_t>(-1);  // from the front again; there are few kinds
  }
  return kind;
}

}  // namespace

// A segment's rows as columns.
struct GroupHead::SegmentColumns {
  std::array<std::array<int64_t, kRowsPerSeal>, kSegmentColumns> scaled;
  std::array<std::array<uint64_t, kChunkBitmapWords>, kSegmentColumns> present;
  std::array<Kind, kSegmentColumns> kinds;
  uint64_t changed;
};

void GroupHead::copy_segment(size_t index, std::vector<uint8_t>& out) const {
  const Segment& segment = segments_[index];
  out.resize(segment.size_bytes + kReadSlack);
  size_t left = segment.size_bytes;
  uint8_t* at = out.data();
  for (const std::byte* block : segment.blocks) {
    const size_t part = std::min(left, block_bytes_);
    std::memcpy(at, block, part);
    at += part;
    left -= part;
  }
}

void GroupHead::decode_segment(size_t index, SegmentColumns& columns) const {
  const size_t first = index * kSegmentColumns;
  const size_t count = std::min(kSegmentColumns, column_count_ - first);
  columns.changed = tail_changed_[index];
  for (uint64_t left = columns.changed; left != 0; left &= left - 1) {
    columns.scaled[static_cast<size_t>(std::countr_zero(left))].fill(0);
  }
  std::vector<uint8_t> bytes;
  copy_segment(index, bytes);
  const uint8_t* at = bytes.data();
  uint64_t changed = 0;
  for (size_t row = 0; row < row_count_; ++row) {
    const auto piece = next_entry(at);
    if (piece.empty()) {
      changed = 0;
      continue;
    }
    const uint8_t* delta = piece.data();
    changed ^= read_piece_head(delta);
    for (uint64_t bits = changed; bits != 0; bits &= bits - 1) {
      columns.scaled[static_cast<size_t>(std::countr_zero(bits))][row] =
          static_cast<int64_t>(read_varint(delta));
    }
  }
  const bool has_events =
      std::ranges::any_of(presence_events_, [&](const auto& e) { return e.segment == index; });
  for (size_t c = 0; c < count; ++c) {
    const bool newest = ((present_[index] >> c) & 1) != 0;
    if (has_events) {
      fill_presence(presence_events_, static_cast<uint32_t>(index), static_cast<unsigned>(c), newest,
                    row_count_, columns.present[c].data());
    } else {
      columns.present[c].fill(newest ? ~0ULL : 0);
    }
    columns.kinds[c] = kinds_[first + c];
    if (((columns.changed >> c) & 1) == 0) continue;
    auto& scaled = columns.scaled[c];
    const auto is_mine = [&](const KindEvent& event) { return event.column == first + c; };
    Kind kind = kinds_[first + c];
    int64_t value = to_scaled(kind, last_[first + c]);
    if (kind != kKindRaw && std::ranges::none_of(kind_events_, is_mine)) {
      for (size_t row = row_count_; row-- > 0;) {
        const auto delta = static_cast<uint64_t>(scaled[row]);
        scaled[row] = value;
        value = undo_delta(kind, value, delta);
      }
      continue;
    }
    std::array<double, kRowsPerSeal> values;
    auto event = kind_events_.rbegin();
    for (size_t row = row_count_; row-- > 0;) {
      values[row] = to_double(kind, value);
      value = undo_delta(kind, value, static_cast<uint64_t>(scaled[row]));
      for (; event != kind_events_.rend() && event->row >= row; ++event) {
        if (!is_mine(*event) || event->row != row) continue;
        value = to_scaled(event->old_kind, to_double(kind, value));
        kind = event->old_kind;
      }
    }
    columns.kinds[c] = common_kind({values.data(), row_count_}, scaled.data());
  }
}

void GroupHead::append_segment(std::string& out, size_t index, size_t begin, size_t end,
                               const SegmentColumns& columns) const {
  const size_t first = index * kSegmentColumns;
  const size_t count = std::min(kSegmentColumns, column_count_ - first);
  uint64_t stored = columns.changed;
  for (size_t c = 0; c < count; ++c) {
    const auto& present = columns.present[c];
    const bool is_present = (present[0] & present[1]) == ~0ULL;
    const bool is_base = is_present && bits_of(last_[first + c]) == bits_of(part_->base[first + c]);
    if (!is_base) stored |= 1ULL << c;
  }
  if (stored == 0) return;
  const size_t start = out.size();
  io::append_u64(out, stored);
  size_t offset_at = out.size();
  out.append(2 * size_t{count_bits(stored)}, '\0');
  std::array<int64_t, kRowsPerSeal> constant;
  const size_t row_count = end - begin;
  for (uint64_t left = stored; left != 0; left &= left - 1) {
    const auto c = static_cast<size_t>(std::countr_zero(left));
    const auto offset = static_cast<uint16_t>(out.size() - start);
    std::memcpy(out.data() + offset_at, &offset, 2);
    offset_at += 2;
    const auto present = bits_from(columns.present[c], begin);
    const int64_t* values = columns.scaled[c].data() + begin;
    if (((columns.changed >> c) & 1) == 0) {
      std::fill_n(constant.begin(), row_count, to_scaled(columns.kinds[c], last_[first + c]));
      values = constant.data();
    }
    append_chunk(out, columns.kinds[c], {values, row_count}, present);
  }
}

GroupHead::SealedSlab GroupHead::begin_slab(size_t begin, int64_t range_ms) const {
  const int64_t first_ms = row_time_ms(begin);
  const int64_t into_range_ms = ((first_ms % range_ms) + range_ms) % range_ms;
  std::array<int64_t, kRowsPerSeal> times;
  size_t count = 0;
  for (size_t row = begin; row < row_count_; ++row) {
    const int64_t time_ms = row_time_ms(row);
    if (time_ms - first_ms >= range_ms - into_range_ms) break;
    times[count++] = time_ms;
  }
  std::string packed_times;
  append_times(packed_times, {times.data(), count});
  SealedSlab slab{{}, first_ms, times[count - 1], begin, begin + count};
  io::append_u16(slab.bytes, static_cast<uint16_t>(count));
  io::append_u16(slab.bytes, static_cast<uint16_t>(packed_times.size()));
  io::append_u32(slab.bytes, static_cast<uint32_t>(column_count_));
  slab.bytes.append(4 * (segments_.size() + 1), '\0');
  slab.bytes += packed_times;
  return slab;
}

std::vector<GroupHead::SealedSlab> GroupHead::build_slabs(int64_t range_ms) {
  std::vector<SealedSlab> slabs;
  for (size_t begin = 0; begin < row_count_; begin = slabs.back().row_end) {
    slabs.push_back(begin_slab(begin, range_ms));
  }
  const auto note_offset = [&](size_t index) {
    for (SealedSlab& slab : slabs) {
      const auto offset = static_cast<uint32_t>(slab.bytes.size());
      std::memcpy(slab.bytes.data() + kSlabHeaderBytes + 4 * index, &offset, 4);
    }
  };
  thread_local SegmentColumns columns;  // A segment at a time stays in the cache.
  sealed_kinds_.resize(column_count_);
  for (size_t index = 0; index < segments_.size(); ++index) {
    note_offset(index);
    decode_segment(index, columns);
    const size_t first = index * kSegmentColumns;
    std::copy_n(columns.kinds.begin(), std::min(kSegmentColumns, column_count_ - first),
                sealed_kinds_.data() + first);
    for (SealedSlab& slab : slabs) append_segment(slab.bytes, index, slab.row_begin, slab.row_end, columns);
  }
  note_offset(segments_.size());
  return slabs;
}

SlabRef GroupHead::SealedSlab::ref(const std::byte* data) const {
  SlabRef slab;
  slab.data = data;
  slab.size_bytes = static_cast<uint32_t>(bytes.size());
  slab.row_count = static_cast<uint32_t>(row_end - row_begin);
  slab.time_min_ms = time_min_ms;
  slab.time_max_ms = time_max_ms;
  return slab;
}

void GroupHead::publish_seal(std::vector<SlabRef> slabs, TailPool& pool) {
  const std::lock_guard guard(lock_);
  // A quarter more at a time: doubling would keep half as much again as the slabs' places need.
  const size_t wanted = slabs_.size() + slabs.size();
  if (wanted > slabs_.capacity()) slabs_.reserve(wanted + wanted / 4);
  for (SlabRef& slab : slabs) {
    slab.generation = generation_;
    slab.part = part_;
    slabs_.push_back(std::move(slab));
  }
  for (Segment& segment : segments_) {
    for (std::byte* block : segment.blocks) pool.give_back(block);
    segment.blocks.clear();
    segment.room = 0;
    segment.size_bytes = 0;
  }
  std::ranges::copy(sealed_kinds_, kinds_);  // Raw columns may be decimal again from here on.
  sealed_kinds_.clear();
  std::fill_n(changed_, segments_.size(), 0);
  std::fill_n(tail_changed_, segments_.size(), 0);
  presence_events_.clear();
  kind_events_.clear();
  time_offsets_.clear();
  row_count_ = 0;
  is_tail_full_ = false;
  rows_until_seal_ = kRowsPerSeal;
  ++generation_;
}

void GroupHead::drop_slabs_before(int64_t time_ms) {
  std::vector<SlabRef> dropped;  // They end after the lock, as what they hold does.
  const std::lock_guard guard(lock_);
  const auto kept =
      std::ranges::find_if(slabs_, [&](const SlabRef& slab) { return slab.time_max_ms >= time_ms; });
  dropped.assign(std::make_move_iterator(slabs_.begin()), std::make_move_iterator(kept));
  slabs_.erase(slabs_.begin(), kept);
}

void GroupHead::forget_columns() {
  std::shared_ptr<Part> part;
  ShapePtr layout;
  const std::lock_guard guard(lock_);
  part_.swap(part);
  layout_.swap(layout);
  storage_.reset();
  column_count_ = 0;
  segments_ = {};
  slabs_ = {};
  sealed_kinds_ = {};
  has_rows_ = false;
}

}  // namespace sonde::tsdb
