#pragma once
// Log lines as the reference writes them: logfmt or JSON, one write(2) each, to standard error. Any thread.
// Values are escaped; a secret is never passed here.

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "common/core/clock.h"
#include "common/core/result.h"

namespace sonde {

enum class LogLevel : uint8_t { Debug, Info, Warn, Error };
enum class LogFormat : uint8_t { Logfmt, Json };

Result<LogLevel> parse_log_level(std::string_view text);
Result<LogFormat> parse_log_format(std::string_view text);

struct LogField {
  std::string_view key;
  std::string value;
};

class Logger {
 public:
  // `fd` stays the caller's and must be open for as long as the logger lives.
  Logger(const Clock& clock, int fd) : clock_(clock), fd_(fd) {}

  void set(LogLevel level, LogFormat format);
  bool enabled(LogLevel level) const { return level >= level_.load(std::memory_order_relaxed); }

  void debug(std::string_view message, std::initializer_list<LogField> fields = {}) {
    write(LogLevel::Debug, message, fields);
  }
  void info(std::string_view message, std::initializer_list<LogField> fields = {}) {
    write(LogLevel::Info, message, fields);
  }
  void warn(std::string_view message, std::initializer_list<LogField> fields = {}) {
    write(LogLevel::Warn, message, fields);
  }
  void error(std::string_view message, std::initializer_list<LogField> fields = {}) {
    write(LogLevel::Error, message, fields);
  }

  // Whatever the level, for a part that has a level of its own.
  void line(LogLevel level, std::string_view message, std::span<const LogField> fields);

 private:
  void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
    if (enabled(level)) line(level, message, std::span(fields.begin(), fields.size()));
  }

  const Clock& clock_;
  int fd_;
  std::atomic<LogLevel> level_{LogLevel::Info};
  std::atomic<LogFormat> format_{LogFormat::Logfmt};
};

// "2026-11-21T03:04:05.678Z" of milliseconds since 1970.
std::string write_rfc3339_ms(int64_t wall_ms);

}  // namespace sonde
