#include "common/core/check.h"

#include <unistd.h>

#include <cstdlib>
#include <string>

namespace sonde {
namespace {

// Straight to the descriptor: the process may be in any state.
void write_stderr(std::string text) {
  text.push_back('\n');
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

void check_failed(std::string_view what, const char* file, int line) {
  write_stderr("BUG: " + std::string(file) + ":" + std::to_string(line) + ": " + std::string(what));
  std::abort();
}

void fatal(std::string_view what) {
  write_stderr("FATAL: " + std::string(what));
  std::_Exit(1);
}

}  // namespace sonde
