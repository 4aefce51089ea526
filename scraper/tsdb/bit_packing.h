#pragma once
// Integers of a fixed number of bits, low bit first, without alignment. Pure functions.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

namespace sonde::tsdb {

__extension__ using Uint128 = unsigned __int128;  // g++ and clang have it on every 64-bit target.

inline unsigned bit_width_of(uint64_t value) {
  return static_cast<unsigned>(std::bit_width(value));
}

inline size_t packed_bytes(size_t count, unsigned width) {
  return (count * width + 7) / 8;
}

// Writes the low `width` bits of each value at `at`, where packed_bytes() and 8 bytes more have room, and
// returns the byte after them.
inline std::byte* write_packed(std::byte* at, std::span<const uint64_t> values, unsigned width) {
  if (width == 0) return at;
  const uint64_t mask = width == 64 ? ~0ULL : (1ULL << width) - 1;
  std::byte* const end = at + packed_bytes(values.size(), width);
  uint64_t pending = 0;
  unsigned bits = 0;  // in `pending`, below 64
  for (const uint64_t value : values) {
    const uint64_t low = value & mask;
    pending |= low << bits;
    bits += width;
    if (bits < 64) continue;
    std::memcpy(at, &pending, 8);
    at += 8;
    bits -= 64;
    pending = bits == 0 ? 0 : low >> (width - bits);
  }
  std::memcpy(at, &pending, 8);
  return end;
}

// Reads `count` values; `packed` has packed_bytes(count, width) bytes or more, and none after them is
// touched.
inline void read_packed(std::span<const std::byte> packed, size_t count, unsigned width, uint64_t* values) {
  if (width == 0) {
    std::fill_n(values, count, 0);
    return;
  }
  const uint64_t mask = width == 64 ? ~0ULL : (1ULL << width) - 1;
  size_t bit = 0;
  for (size_t i = 0; i < count; ++i, bit += width) {
    const size_t at = bit / 8;
    const unsigned shift = bit % 8;
    Uint128 word = 0;
    if (width <= 56 && at + 8 <= packed.size()) {
      uint64_t low;
      std::memcpy(&low, packed.data() + at, 8);
      values[i] = (low >> shift) & mask;
      continue;
    }
    std::memcpy(&word, packed.data() + at, std::min<size_t>(16, packed.size() - at));
    values[i] = static_cast<uint64_t>(word >> shift) & mask;
  }
}

}  // namespace sonde::tsdb
