#pragma once
// The entries of an open tail's segment, one per row: length u8 (255: then a u16), piece. Length 0: nothing
// changed in that row. And what sealing and reading do with them alike. Internal to the group's head; the
// bytes are known to be whole.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "common/io/byte_reader.h"
#include "scraper/tsdb/decimal.h"

namespace sonde::tsdb {

inline constexpr uint8_t kLongEntry = 255;
inline constexpr size_t kReadSlack = 8;  // skip_varints() looks this far

// The piece of the entry at `at`, which is moved behind the entry.
inline std::span<const uint8_t> next_entry(const uint8_t*& at) {
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
inline int64_t undo_delta(Kind kind, int64_t scaled, uint64_t delta) {
  if (kind == kKindRaw) return static_cast<int64_t>(static_cast<uint64_t>(scaled) ^ delta);
  return static_cast<int64_t>(static_cast<uint64_t>(scaled) - static_cast<uint64_t>(io::unzigzag(delta)));
}

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

}  // namespace sonde::tsdb
