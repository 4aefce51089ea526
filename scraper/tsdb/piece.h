#pragma once
// A piece: what one row changes in one segment of 64 columns. The log and the head's open tail hold the same
// bytes.
//
//   present  u8        bit b: byte b of the 64-bit changed bitmap is not zero; 0: nothing changed, the piece
//   ends here bitmap   the bytes that are not zero, ascending delta    varint per set bit: zigzag(i -
//   i_before) for decimal kinds, bits ^ bits_before for raw ones

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "scraper/tsdb/decimal.h"

namespace sonde::tsdb {

inline constexpr size_t kSegmentColumns = 64;
inline constexpr size_t kPieceBytesMax = 1 + 8 + kSegmentColumns * 10;

// Writes the head of a piece at `at`, which has room, and returns the byte after it.
inline uint8_t* write_piece_head(uint8_t* at, uint64_t changed) {
  uint8_t* const present_at = at++;
  uint8_t present = 0;
  for (unsigned byte = 0; byte < 8; ++byte) {
    const auto bits = static_cast<uint8_t>(changed >> (byte * 8));
    if (bits == 0) continue;
    present = static_cast<uint8_t>(present | (1U << byte));
    *at++ = bits;
  }
  *present_at = present;
  return at;
}

// Reads the head of a piece that is known to be whole; `at` is moved behind it.
inline uint64_t read_piece_head(const uint8_t*& at) {
  uint64_t changed = 0;
  for (uint8_t present = *at++; present != 0; present = static_cast<uint8_t>(present & (present - 1))) {
    changed |= static_cast<uint64_t>(*at++) << (__builtin_ctz(present) * 8);
  }
  return changed;
}

// Reads a varint that is known to be whole.
inline uint64_t read_varint(const uint8_t*& at) {
  uint64_t value = *at & 0x7f;
  for (unsigned shift = 7; *at++ >= 0x80; shift += 7) value |= static_cast<uint64_t>(*at & 0x7f) << shift;
  return value;
}

// Passes over `count` varints. Looks at 8 bytes at a time: 8 bytes after the last varint must be readable.
inline const uint8_t* skip_varints(const uint8_t* at, unsigned count) {
  constexpr uint64_t kHighBits = 0x8080808080808080;
  while (count > 0) {
    uint64_t word;
    __builtin_memcpy(&word, at, 8);
    uint64_t ends = ~word & kHighBits;  // the last bytes of varints
    const auto end_count = static_cast<unsigned>(__builtin_popcountll(ends));
    if (end_count < count) {
      count -= end_count;
      at += 8;
      continue;
    }
    for (; count > 1; --count) ends &= ends - 1;
    return at + __builtin_ctzll(ends) / 8 + 1;
  }
  return at;
}

}  // namespace sonde::tsdb
