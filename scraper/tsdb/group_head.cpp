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
#include "scraper/tsdb/times_codec.h"

namespace sonde::tsdb {
namespace {

constexpr uint8_t kLongEntry = 255;
constexpr size_t kReadSlack = 8;  // skip_varints looks this far

uint64_t bits_of(double value) {
  return std::bit_cast<uint64_t>(value);
}

uint64_t low_bits(size_t count) {
  return count >= 64 ? ~0ULL : (1ULL << count) - 1;
}

uint64_t differing(const double* a, const double* b, size_t count) {
  uint64_t bits = 0;
  for (size_t i = 0; i < count; ++i) bits |= static_cast<uint64_t>(bits_of(a[i]) != bits_of(b[i])) << i;
  return bits;
}

size_t segments_for(size_t columns) {
  return (columns + kSegmentColumns - 1) / kSegmentColumns;
}

// The piece of the entry at `at`, which is moved behind the entry.
std::span<const uint8_t> next_entry(const uint8_t*& at) {
  size_t length = *at++;
  if (length == kLongEntry) {
    length = static_cast<size_t>(at[0]) | static_cast<size_t>(at[1]) << 8;
    at += 2;
  }
  const std::span<const uint8_t> piece(at, length);
  at += length;
  return piece;
}

// The value before the delta was added.
int64_t undo_delta(Kind kind, int64_t scaled, uint64_t delta) {
  if (kind == kKindRaw) return static_cast<int64_t>(static_cast<uint64_t>(scaled) ^ delta);
  return static_cast<int64_t>(static_cast<uint64_t>(scaled) - static_cast<uint64_t>(io::unzigzag(delta)));
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

void SpinLock::lock() {
  for (unsigned spins = 0; held_.exchange(1, std::memory_order_acquire) != 0; ++spins) {
    if (spins % 64 == 63) ::sched_yield();  // The holder lost its processor.
  }
}

// ---- columns

void GroupHead::allocate_columns(size_t count) {
  const size_t segment_count = segments_for(count);
  const size_t bytes = count * sizeof(double) + 3 * segment_count * sizeof(uint64_t) + count * sizeof(Kind);
  auto storage = std::make_unique<std::byte[]>(bytes);
  auto* last = reinterpret_cast<double*>(storage.get());
  auto* known = reinterpret_cast<uint64_t*>(last + count);
  uint64_t* present = known + segment_count;
  uint64_t* tail_changed = present + segment_count;
  auto* kinds = reinterpret_cast<Kind*>(tail_changed + segment_count);
  if (column_count_ > 0) {
    std::copy_n(last_, column_count_, last);
    std::copy_n(known_, segments_.size(), known);
    std::copy_n(present_, segments_.size(), present);
    std::copy_n(tail_changed_, segments_.size(), tail_changed);
    std::copy_n(kinds_, column_count_, kinds);
  }
  storage_ = std::move(storage);
  last_ = last;
  known_ = known;
  present_ = present;
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
  part_ = std::move(part);
  layout_ = std::move(layout);
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
  part_ = std::move(part);
  layout_ = std::move(layout);
}

size_t GroupHead::memory_bytes() const {
  size_t bytes = sizeof(*this) + column_count_ * (2 * sizeof(double) + sizeof(Kind)) +
                 segments_.size() * (3 * sizeof(uint64_t) + sizeof(Segment)) +
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

uint64_t GroupHead::encode_delta(size_t column, double value, EncodedRow& encoded) {
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
  if (kind == kKindRaw) return bits_of(value) ^ bits_of(before);
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
  const uint64_t changed = differing(values + first, last_ + first, count) & present;
  // The first row's deltas are before the tail: readers stop at it.
  if (row_count_ > 0) tail_changed_[segment] |= changed;
  at = write_piece_head(at, changed);
  for (uint64_t left = changed; left != 0; left &= left - 1) {
    const size_t column = first + static_cast<size_t>(std::countr_zero(left));
    at = io::write_varint(at, encode_delta(column, values[column], encoded));
  }
  return at;
}

void GroupHead::append(int64_t time_ms, const double* values, const uint64_t* absent, EncodedRow& encoded,
                       TailPool& pool) {
  // Never made smaller, so that its bytes are not cleared for each row.
  encoded.pieces.resize(std::max(encoded.pieces.size(), segments_.size() * kPieceBytesMax));
  encoded.toggles.resize(segments_.size());
  encoded.kind_changes.clear();
  encoded.any_toggle = false;
  encoded.introduces = false;
  const std::lock_guard guard(lock_);
  block_bytes_ = pool.block_bytes();
  uint8_t* at = encoded.pieces.data();
  for (size_t segment = 0; segment < segments_.size(); ++segment) {
    uint8_t* const begin = at;
    at = encode_segment(segment, values, absent, encoded, at);
    const bool nothing = row_count_ == 0 || *begin == 0;
    append_entry(segments_[segment],
                 nothing ? std::span<const uint8_t>() : std::span<const uint8_t>(begin, at), pool);
  }
  encoded.piece_bytes = static_cast<size_t>(at - encoded.pieces.data());
  note_time(time_ms);
}

void GroupHead::append_entry(Segment& segment, std::span<const uint8_t> piece, TailPool& pool) {
  std::array<uint8_t, 3> length{static_cast<uint8_t>(piece.size()), 0, 0};
  size_t length_bytes = 1;
  if (piece.size() >= kLongEntry) {
    length = {kLongEntry, static_cast<uint8_t>(piece.size()), static_cast<uint8_t>(piece.size() >> 8)};
    length_bytes = 3;
  }
  append_to_segment(segment, length.data(), length_bytes, pool);
  append_to_segment(segment, piece.data(), piece.size(), pool);
}

void GroupHead::append_to_segment(Segment& segment, const uint8_t* bytes, size_t count, TailPool& pool) {
  while (count > 0) {
    const size_t used = segment.size_bytes % block_bytes_;
    if (used == 0) segment.blocks.push_back(pool.take());
    const size_t part = std::min(count, block_bytes_ - used);
    std::memcpy(segment.blocks.back() + used, bytes, part);
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

bool GroupHead::must_seal(int64_t next_time_ms) const {
  if (row_count_ == 0) return false;
  if (next_time_ms - first_time_ms_ > static_cast<int64_t>(UINT32_MAX)) return true;
  if (row_count_ >= rows_until_seal_) return true;
  if (presence_events_.size() + kind_events_.size() > kTailEventsMax) return true;
  return std::ranges::any_of(
      segments_, [](const Segment& segment) { return segment.size_bytes > kTailSegmentBytesMax; });
}

// ---- sealing

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

namespace {

// Presence of a column over the rows, from its newest state and the toggles.
template <class Events>
void fill_presence(const Events& events, uint32_t segment, unsigned bit, bool newest, size_t row_count,
                   uint64_t* present) {
  bool state = newest;
  for (const auto& event : events) {
    if (event.segment == segment && ((event.toggled >> bit) & 1) != 0) state = !state;
  }
  present[0] = present[1] = state ? ~0ULL : 0;
  for (const auto& event : events) {
    if (event.segment != segment || ((event.toggled >> bit) & 1) == 0) continue;
    // From this row on it is the other way.
    for (size_t row = event.row; row < row_count; ++row) present[row / 64] ^= 1ULL << (row % 64);
  }
}

}  // namespace

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
  for (size_t row = 0; row < row_count_; ++row) {
    const auto piece = next_entry(at);
    if (piece.empty()) continue;
    const uint8_t* delta = piece.data();
    for (uint64_t bits = read_piece_head(delta); bits != 0; bits &= bits - 1) {
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
  out.append(2 * static_cast<size_t>(std::popcount(stored)), '\0');
  std::array<int64_t, kRowsPerSeal> constant;
  const size_t row_count = end - begin;
  for (uint64_t left = stored; left != 0; left &= left - 1) {
    const auto c = static_cast<size_t>(std::countr_zero(left));
    const auto offset = static_cast<uint16_t>(out.size() - start);
    std::memcpy(out.data() + offset_at, &offset, 2);
    offset_at += 2;
    std::array<uint64_t, kChunkBitmapWords> present{};
    for (size_t row = begin; row < end; ++row) {
      present[(row - begin) / 64] |= ((columns.present[c][row / 64] >> (row % 64)) & 1)
                                     << ((row - begin) % 64);
    }
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
                sealed_kinds_.begin() + first);
    for (SealedSlab& slab : slabs) append_segment(slab.bytes, index, slab.row_begin, slab.row_end, columns);
  }
  note_offset(segments_.size());
  return slabs;
}

void GroupHead::publish_seal(std::vector<SlabRef> slabs, TailPool& pool) {
  const std::lock_guard guard(lock_);
  for (SlabRef& slab : slabs) {
    slab.generation = generation_;
    slab.part = part_;
    slabs_.push_back(std::move(slab));
  }
  for (Segment& segment : segments_) {
    for (std::byte* block : segment.blocks) pool.give_back(block);
    segment.blocks.clear();
    segment.size_bytes = 0;
  }
  std::ranges::copy(sealed_kinds_, kinds_);  // Raw columns may be decimal again from here on.
  sealed_kinds_.clear();
  std::fill_n(tail_changed_, segments_.size(), 0);
  presence_events_.clear();
  kind_events_.clear();
  time_offsets_.clear();
  row_count_ = 0;
  rows_until_seal_ = kRowsPerSeal;
  ++generation_;
}

void GroupHead::drop_slabs_before(int64_t time_ms) {
  const std::lock_guard guard(lock_);
  std::erase_if(slabs_, [&](const SlabRef& slab) { return slab.time_max_ms < time_ms; });
}

// ---- reading

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
  const uint8_t* at = copy.bytes.data();
  for (size_t row = 0; row < copy.row_count; ++row) {
    const auto piece = next_entry(at);
    if (piece.empty()) continue;
    const uint8_t* delta = piece.data();
    const uint64_t changed = read_piece_head(delta);
    if (((changed >> bit) & 1) == 0) continue;
    delta = skip_varints(delta, static_cast<unsigned>(std::popcount(changed & ((1ULL << bit) - 1))));
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
