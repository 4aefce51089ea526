#pragma once
// A verb of sondectl: a row of the table in main.cpp and one function, which prints to standard output and
// error and returns the exit code that promtool would (0 good, 1 failed, 3 findings).

#include <span>
#include <string>
#include <string_view>

#include "common/core/result.h"

namespace sonde::ctl {

inline constexpr int kSuccess = 0;
inline constexpr int kFailure = 1;
inline constexpr int kFindings = 3;

struct Verb {
  std::string_view words;  // "check config"
  std::string_view help;   // one line
  // Gets what stands after the words.
  int (*run)(std::span<const std::string> arguments);
};

// Text to standard output and error; the error gets its newline.
void print(std::string_view text);
void print_error(std::string_view text);
// Says the error and gives the exit code of a failure.
int fail(const Error& error);

}  // namespace sonde::ctl
