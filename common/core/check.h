#pragma once
// check() is for our own mistakes and stays in release builds; fatal() is for when going on would damage data.
// User input must reach neither.

#include <source_location>
#include <string_view>

namespace sonde {

[[noreturn]] void check_failed(std::string_view what, const std::source_location& where);

// Aborts with "BUG: …" and the place unless `condition` holds.
inline void check(bool condition, std::string_view what,
                  const std::source_location& where = std::source_location::current()) {
  if (!condition) [[unlikely]] check_failed(what, where);
}

// Ends the process with "FATAL: …" and exit code 1, at once and without running destructors.
[[noreturn]] void fatal(std::string_view what);

}  // namespace sonde
