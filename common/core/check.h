#pragma once
// check() is for our own mistakes and stays in release builds; fatal() is for when going on would damage
// data. User input must reach neither.

#include <string_view>

namespace sonde {

[[noreturn]] void check_failed(std::string_view what, const char* file, int line);

// Aborts with "BUG: …" and the caller's place unless `condition` holds. The place comes from the compiler's
// own words, because clang 14 cannot build libstdc++'s std::source_location.
inline void check(bool condition, std::string_view what, const char* file = __builtin_FILE(),
                  int line = __builtin_LINE()) {
  if (!condition) [[unlikely]] {
    check_failed(what, file, line);
  }
}

// Ends the process with "FATAL: …" and exit code 1, at once and without running destructors.
[[noreturn]] void fatal(std::string_view what);

}  // namespace sonde
