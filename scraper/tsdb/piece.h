#pragma once
// A piece: what one row changes in one segment of 64 columns. The log and the head's open tail hold the same
// bytes. Most columns change in every row or hardly ever, so the bitmap of changes is told by how it differs
// from the row's before.
//
//   differs  u8        bit b: byte b of the changed bitmap is not that of the row before; a row after one
//                      without changes, and a group's first after a seal, follow a bitmap of zeros
//   bitmap   u8 each   those bytes, XORed with the ones before, ascending
//   delta    varint    per set bit: zigzag(i - i_before) of decimal kinds, bits ^ bits_before of raw ones

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "scraper/tsdb/decimal.h"

namespace sonde::tsdb {

inline constexpr size_t kSegmentColumns = 64;
inline constexpr size_t kPieceBytesMax = 1 + 8 + kSegmentColumns * 10;

// Writes the head of a piece at `at`, which has room, and returns the byte after it. `difference` is this
// row's bitmap XOR the row's before.
inline uint8_t* write_piece_head(uint8_t* at, uint64_t difference) {
  uint8_t* const differs_at = at++;
  uint8_t differs = 0;
  for (unsigned byte = 0; byte < 8; ++byte) {
    // Written in any case and passed over when it counts: no branch that could be mispredicted.
    const auto bits = static_cast<uint8_t>(difference >> (byte * 8));
    const unsigned counts = bits != 0 ? 1 : 0;
    *at = bits;
    at += counts;
    differs = static_cast<uint8_t>(differs | (counts << byte));
  }
  *differs_at = differs;
  return at;
}

// Reads the head of a piece that is known to be whole; `at` is moved behind it.
inline uint64_t read_piece_head(const uint8_t*& at) {
  uint64_t difference = 0;
  for (uint8_t differs = *at++; differs != 0; differs = static_cast<uint8_t>(differs & (differs - 1))) {
    difference |= static_cast<uint64_t>(*at++) << (__builtin_ctz(differs) * 8);
  }
  return difference;
}

// Reads a varint that is known to be whole.
inline uint64_t read_varint(const uint8_t*& at) {
  uint64_t value = *at++;
  if (value < 0x80) return value;
  value &= 0x7f;
  for (unsigned shift = 7;; shift += 7) {
    const uint64_t byte = *at++;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
}

// Passes over `count` varints. Looks at 8 bytes at a time: 8 bytes after the last varint must be readable.
inline const uint8_t* skip_varints(const uint8_t* at, unsigned count) {
  constexpr uint64_t kHighBits = 0x8080808080808080;
  while (count > 0) {
    uint64_t word;
    __builtin_memcpy(&word, at, 8);
    uint64_t ends = ~word & kHighBits;  // the last bytes of varints
    // One bit per byte: a product counts them where there is no instruction for it.
    const auto end_count = static_cast<unsigned>(((ends >> 7) * 0x0101010101010101) >> 56);
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
