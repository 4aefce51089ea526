#pragma once
// Counting bits without the instruction, which plain x86-64 lacks: the compiler would call a function. Pure.

#include <cstdint>

namespace sonde::tsdb {

inline unsigned count_bits(uint64_t bits) {
#if defined(__POPCNT__) || !defined(__x86_64__)
  return static_cast<unsigned>(__builtin_popcountll(bits));
#else
  bits -= (bits >> 1) & 0x5555555555555555;
  bits = (bits & 0x3333333333333333) + ((bits >> 2) & 0x3333333333333333);
  bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0f;
  return static_cast<unsigned>((bits * 0x0101010101010101) >> 56);
#endif
}

}  // namespace sonde::tsdb
