// Rows that come out of the log as the bytes that the tail holds.
#include <algorithm>
#include <bit>
#include <cmath>
#include <mutex>

#include "common/io/byte_reader.h"
#include "scraper/tsdb/group_head.h"

namespace sonde::tsdb {
namespace {

// Reads at most 10 bytes; false when the varint is longer.
bool read_checked_varint(const uint8_t*& at, uint64_t& value) {
  value = *at++;
  if (value < 0x80) return true;
  value &= 0x7f;
  for (unsigned shift = 7; shift < 64; shift += 7) {
    const uint64_t byte = *at++;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

// The value that the delta makes of `before`, which has the kind; false when it would not have the kind.
bool apply_delta(Kind kind, double before, uint64_t delta, double& value) {
  if (kind == kKindRaw) {
    value = std::bit_cast<double>(std::bit_cast<uint64_t>(before) ^ delta);
    return true;
  }
  const auto scaled = static_cast<int64_t>(static_cast<uint64_t>(to_scaled(kind, before)) +
                                           static_cast<uint64_t>(io::unzigzag(delta)));
  value = to_double(kind, scaled);
  return std::abs(static_cast<double>(scaled)) < kScaledMax;
}

}  // namespace

bool GroupHead::decode_pieces(std::span<const uint8_t> pieces, DecodedPieces& out) const {
  out.changed.resize(std::max(out.changed.size(), segments_.size()));
  out.ends.resize(out.changed.size());
  out.values.resize(std::max(out.values.size(), column_count_));
  const uint8_t* at = pieces.data();
  const uint8_t* const end = at + pieces.size();
  double* value = out.values.data();
  for (size_t segment = 0; segment < segments_.size(); ++segment) {
    if (at >= end) return false;
    const uint64_t changed = changed_[segment] ^ read_piece_head(at);
    if ((changed & ~present_[segment]) != 0) return false;
    out.changed[segment] = changed;
    for (uint64_t left = changed; left != 0; left &= left - 1) {
      const size_t column = segment * kSegmentColumns + static_cast<size_t>(std::countr_zero(left));
      uint64_t delta = 0;
      if (!read_checked_varint(at, delta)) return false;
      if (!apply_delta(kinds_[column], last_[column], delta, *value++)) return false;
    }
    if (at > end) return false;
    out.ends[segment] = static_cast<size_t>(at - pieces.data());
  }
  return at == end;
}

bool GroupHead::append_pieces(int64_t time_ms, std::span<const uint8_t> pieces, DecodedPieces& scratch,
                              TailPool& pool) {
  prefetch_tail();
  if (!decode_pieces(pieces, scratch)) return false;
  const std::lock_guard guard(lock_);
  block_bytes_ = pool.block_bytes();
  const double* value = scratch.values.data();
  size_t begin = 0;
  for (size_t segment = 0; segment < segments_.size(); ++segment) {
    const uint64_t changed = scratch.changed[segment];
    changed_[segment] = changed;
    tail_changed_[segment] |= changed;
    for (uint64_t left = changed; left != 0; left &= left - 1) {
      last_[segment * kSegmentColumns + static_cast<size_t>(std::countr_zero(left))] = *value++;
    }
    const size_t end = scratch.ends[segment];
    append_entry(segments_[segment], pieces.data() + begin, changed == 0 ? 0 : end - begin, pool);
    begin = end;
  }
  note_time(time_ms);
  return true;
}

void GroupHead::adopt(const Kind* kinds, const uint64_t* known, const double* last) {
  const std::lock_guard guard(lock_);
  std::copy_n(kinds, column_count_, kinds_);
  for (size_t segment = 0; segment < segments_.size(); ++segment) {
    for (uint64_t left = known[segment] & ~present_[segment]; left != 0; left &= left - 1) {
      const size_t column = segment * kSegmentColumns + static_cast<size_t>(std::countr_zero(left));
      last_[column] = last[column];
      if (((known_[segment] >> (column % kSegmentColumns)) & 1) == 0) part_->base[column] = last[column];
    }
    known_[segment] |= known[segment];
  }
}

}  // namespace sonde::tsdb
