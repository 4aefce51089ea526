#pragma once
// Asking for memory before it is needed. g++ 12 takes functions that only call __builtin_prefetch for pure
// ones and drops the calls, hence the assembler.

#include <cstddef>

namespace sonde::tsdb {

inline constexpr size_t kCacheLineBytes = 64;

[[gnu::always_inline]] inline void prefetch_line(const void* address) {
#if defined(__x86_64__)
  asm volatile("prefetcht0 %0" : : "m"(*static_cast<const char*>(address)));
#else
  __builtin_prefetch(address);
#endif
}

// Every line of a range.
[[gnu::always_inline]] inline void prefetch_bytes(const void* address, size_t size_bytes) {
  const char* const begin = static_cast<const char*>(address);
  for (size_t at = 0; at < size_bytes; at += kCacheLineBytes) prefetch_line(begin + at);
}

}  // namespace sonde::tsdb
