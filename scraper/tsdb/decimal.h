#pragma once
// Doubles as integers: most samples are counts, or decimals with a few places, and their integers differ by
// little. A kind says how the integer becomes the double; a value has a kind only if the way back gives the
// same bits (so -0, NaN and most quotients are raw). Kinds are a disk format: add, never renumber.
//
//    0..12   v = i / 10^k
//   17..25   v = i * 10^-(k-16)         clocks of the kernel in ms, times 0.001
//   29       v = i / 1000.0 / 1000.0    pressure stall times
//   31       the bits of v

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace sonde::tsdb {

using Kind = uint8_t;
inline constexpr Kind kKindQuotientMax = 12;
inline constexpr Kind kKindProductBase = 16;
inline constexpr Kind kKindProductMax = 25;
inline constexpr Kind kKindTwoThousands = 29;
inline constexpr Kind kKindRaw = 31;

// Integers stay below this, so that sums and products of a few stay exact.
inline constexpr double kScaledMax = 2251799813685248.0;  // 2^51

inline constexpr std::array<double, 13> kPowersOfTen{1e0, 1e1, 1e2, 1e3,  1e4,  1e5, 1e6,
                                                     1e7, 1e8, 1e9, 1e10, 1e11, 1e12};
inline constexpr std::array<double, 10> kNegativePowersOfTen{1e0,  1e-1, 1e-2, 1e-3, 1e-4,
                                                             1e-5, 1e-6, 1e-7, 1e-8, 1e-9};

inline bool is_kind(Kind kind) {
  return kind <= kKindQuotientMax || (kind > kKindProductBase && kind <= kKindProductMax) ||
         kind == kKindTwoThousands || kind == kKindRaw;
}

inline double to_double(Kind kind, int64_t scaled) {
  if (kind == 0) return static_cast<double>(scaled);
  if (kind <= kKindQuotientMax) return static_cast<double>(scaled) / kPowersOfTen[kind];
  if (kind == kKindRaw) return std::bit_cast<double>(scaled);
  if (kind == kKindTwoThousands) return static_cast<double>(scaled) / 1000.0 / 1000.0;
  return static_cast<double>(scaled) * kNegativePowersOfTen[kind - kKindProductBase];
}

// What a value of each kind is multiplied with to become its integer; 0 for numbers that are no kind.
inline constexpr std::array<double, 32> kScaleFactors = [] {
  std::array<double, 32> factors{};
  for (unsigned kind = 0; kind <= kKindQuotientMax; ++kind) factors[kind] = kPowersOfTen[kind];
  for (unsigned kind = kKindProductBase + 1; kind <= kKindProductMax; ++kind) {
    factors[kind] = kPowersOfTen[kind - kKindProductBase];
  }
  factors[kKindTwoThousands] = 1e6;
  return factors;
}();

// The nearest integer; of absolute values below 2^52.
inline int64_t round_scaled(double scaled) {
  return static_cast<int64_t>(scaled + std::copysign(0.5, scaled));
}

// The integer of a value that is known to have this kind.
inline int64_t to_scaled(Kind kind, double value) {
  if (kind == 0) return static_cast<int64_t>(value);
  if (kind == kKindRaw) return std::bit_cast<int64_t>(value);
  return round_scaled(value * kScaleFactors[kind]);
}

// Whether the value has kind 0; `scaled` is its integer then.
inline bool is_whole(double value, int64_t& scaled) {
  // Also refuses infinities and NaN, before the conversion could be undefined.
  if (!(std::abs(value) < kScaledMax)) return false;
  scaled = static_cast<int64_t>(value);
  return std::bit_cast<uint64_t>(static_cast<double>(scaled)) == std::bit_cast<uint64_t>(value);
}

// Whether the value has this kind; `scaled` is its integer then.
inline bool try_scale(Kind kind, double value, int64_t& scaled) {
  if (kind == 0) return is_whole(value, scaled);
  if (kind == kKindRaw) {
    scaled = std::bit_cast<int64_t>(value);
    return true;
  }
  const double product = value * kScaleFactors[kind];
  if (!(std::abs(value) < kScaledMax) || !(std::abs(product) < kScaledMax)) return false;
  scaled = round_scaled(product);
  return std::bit_cast<int64_t>(to_double(kind, scaled)) == std::bit_cast<int64_t>(value);
}

// The next kind to try, ending with raw.
inline Kind next_kind(Kind kind) {
  if (kind < kKindQuotientMax) return static_cast<Kind>(kind + 1);
  if (kind == kKindQuotientMax) return kKindProductBase + 1;
  if (kind < kKindProductMax) return static_cast<Kind>(kind + 1);
  return kind < kKindTwoThousands ? kKindTwoThousands : kKindRaw;
}

// The smallest kind of a value.
inline Kind find_kind(double value) {
  int64_t scaled = 0;
  Kind kind = 0;
  while (!try_scale(kind, value, scaled)) kind = next_kind(kind);
  return kind;
}

// The smallest kind above `kind` that both values have.
inline Kind find_common_kind(Kind kind, double a, double b) {
  int64_t scaled = 0;
  do {
    kind = next_kind(kind);
  } while (!try_scale(kind, a, scaled) || !try_scale(kind, b, scaled));
  return kind;
}

}  // namespace sonde::tsdb
