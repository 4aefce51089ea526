#include "scraper/ctl/progress.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

namespace sonde::ctl {
namespace {

constexpr int64_t kTerminalIntervalNs = 500'000'000;
constexpr int64_t kLogIntervalNs = 10'000'000'000;

void write_to_error(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace

bool is_error_a_terminal() {
  return ::isatty(STDERR_FILENO) == 1;
}

Progress::Progress(const Clock& clock, bool is_terminal, std::function<void(std::string_view)> write)
    : clock_(clock),
      is_terminal_(is_terminal),
      write_(write ? std::move(write) : write_to_error),
      last_ns_(clock.monotonic_ns()) {}

Progress::~Progress() {
  if (is_line_open_) write_("\n");
}

bool Progress::is_due() const {
  return clock_.monotonic_ns() - last_ns_ >= (is_terminal_ ? kTerminalIntervalNs : kLogIntervalNs);
}

void Progress::say(std::string_view line) {
  last_ns_ = clock_.monotonic_ns();
  // Back to the line's beginning, and what was longer there is wiped out.
  write_(is_terminal_ ? "\r\x1b[K" + std::string(line) : std::string(line) + "\n");
  is_line_open_ = is_terminal_;
}

}  // namespace sonde::ctl
