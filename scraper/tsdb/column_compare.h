#pragma once
// Which of up to 64 values differ in their bits from those of the row before. Most do not, so this is what a
// row costs first; two values per instruction are compared on x86-64. Pure.

#include <bit>
#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sonde::tsdb {

// Bit i: a[i] and b[i] differ. By bits: -0 differs from 0, and a NaN is equal to itself.
inline uint64_t differing_bits(const double* a, const double* b, size_t count) {
  uint64_t bits = 0;
  size_t i = 0;
#if defined(__SSE2__)
  const auto equal_halves = [&](size_t at) {
    return _mm_castsi128_ps(
        _mm_cmpeq_epi32(_mm_castpd_si128(_mm_loadu_pd(a + at)), _mm_castpd_si128(_mm_loadu_pd(b + at))));
  };
  for (; i + 4 <= count; i += 4) {
    const __m128 first = equal_halves(i);
    const __m128 second = equal_halves(i + 2);
    const __m128 low = _mm_shuffle_ps(first, second, _MM_SHUFFLE(2, 0, 2, 0));
    const __m128 high = _mm_shuffle_ps(first, second, _MM_SHUFFLE(3, 1, 3, 1));
    const auto equal = static_cast<unsigned>(_mm_movemask_ps(_mm_and_ps(low, high)));
    bits |= static_cast<uint64_t>(equal ^ 15U) << i;
  }
#endif
  for (; i < count; ++i) {
    bits |= static_cast<uint64_t>(std::bit_cast<uint64_t>(a[i]) != std::bit_cast<uint64_t>(b[i])) << i;
  }
  return bits;
}

}  // namespace sonde::tsdb
