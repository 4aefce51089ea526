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

// Appends the low `width` bits of each value.
inline void append_packed(std::string& out, std::span<const uint64_t> values, unsigned width) {
  if (width == 0) return;
  const uint64_t mask = width == 64 ? ~0ULL : (1ULL << width) - 1;
  Uint128 pending = 0;
  unsigned bits = 0;
  for (const uint64_t value : values) {
    pending |= static_cast<Uint128>(value & mask) << bits;
    bits += width;
    for (; bits >= 8; bits -= 8, pending >>= 8)
      out.push_back(static_cast<char>(static_cast<uint8_t>(pending)));
  }
  if (bits > 0) out.push_back(static_cast<char>(static_cast<uint8_t>(pending)));
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
