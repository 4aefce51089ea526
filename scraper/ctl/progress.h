#pragma once
// How far a long verb is, on standard error: on a terminal one line that is written over, elsewhere a line
// now and then. One thread.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "common/core/clock.h"

namespace sonde::ctl {

class Progress {
 public:
  // `write` gets what to print; null: standard error.
  Progress(const Clock& clock, bool is_terminal, std::function<void(std::string_view)> write = nullptr);
  // Ends the line that is written over.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Whether enough time went by since the last line, so that a line need not be made in vain.
  bool is_due() const;
  void say(std::string_view line);

 private:
  const Clock& clock_;
  const bool is_terminal_;
  std::function<void(std::string_view)> write_;
  int64_t last_ns_;
  bool is_line_open_ = false;
};

// Whether standard error is a terminal.
bool is_error_a_terminal();

}  // namespace sonde::ctl
