#include "common/core/log.h"

#include <time.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "common/core/text.h"

namespace sonde {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames{"DEBUG", "INFO", "WARN", "ERROR"};

bool needs_quotes(std::string_view value) {
  if (value.empty()) return true;
  for (const char c : value) {
    // A backslash alone needs none: the reference's logger leaves it bare.
    if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '=' || c == 0x7F) return true;
  }
  return !is_valid_utf8(value);
}

void append_json_string(std::string& out, std::string_view value) {
  out += '"';
  for (const char c : replace_invalid_utf8(value)) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      append_hex(out, static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_field(std::string& out, LogFormat format, std::string_view key, std::string_view value) {
  if (format == LogFormat::Json) {
    out += out.empty() ? '{' : ',';
    append_json_string(out, key);
    out += ':';
    append_json_string(out, value);
    return;
  }
  if (!out.empty()) out += ' ';
  out += key;
  out += '=';
  if (needs_quotes(value)) {
    out += quoted(value, value.size());
  } else {
    out += value;
  }
}

}  // namespace

Result<LogLevel> parse_log_level(std::string_view text) {
  if (text == "debug") return LogLevel::Debug;
  if (text == "info") return LogLevel::Info;
  if (text == "warn") return LogLevel::Warn;
  if (text == "error") return LogLevel::Error;
  return Error(ErrorCode::InvalidArgument,
               "unrecognized log level " + quoted(text) + " (want debug, info, warn or error)");
}

Result<LogFormat> parse_log_format(std::string_view text) {
  if (text == "logfmt") return LogFormat::Logfmt;
  if (text == "json") return LogFormat::Json;
  return Error(ErrorCode::InvalidArgument,
               "unrecognized log format " + quoted(text) + " (want logfmt or json)");
}

void Logger::set(LogLevel level, LogFormat format) {
  level_.store(level, std::memory_order_relaxed);
  format_.store(format, std::memory_order_relaxed);
}

void Logger::line(LogLevel level, std::string_view message, std::span<const LogField> fields) {
  const LogFormat format = format_.load(std::memory_order_relaxed);
  std::string text;
  append_field(text, format, "time", write_rfc3339_ms(clock_.wall_ms()));
  append_field(text, format, "level", kLevelNames[static_cast<size_t>(level)]);
  append_field(text, format, "msg", message);
  for (const LogField& field : fields) append_field(text, format, field.key, field.value);
  text += format == LogFormat::Json ? "}\n" : "\n";
  // A log that cannot be written has nobody to be told to.
  [[maybe_unused]] const ssize_t written = ::write(fd_, text.data(), text.size());
}

std::string write_rfc3339_ms(int64_t wall_ms) {
  int64_t seconds = wall_ms / 1000;
  int64_t ms = wall_ms % 1000;
  if (ms < 0) {
    ms += 1000;
    --seconds;
  }
  const time_t at = static_cast<time_t>(seconds);
  tm parts{};
  ::gmtime_r(&at, &parts);
  std::array<char, 64> buffer{};
  const size_t length = ::strftime(buffer.data(), buffer.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  const int tail =
      std::snprintf(buffer.data() + length, buffer.size() - length, ".%03dZ", static_cast<int>(ms));
  return std::string(buffer.data(), length + static_cast<size_t>(tail));
}

}  // namespace sonde
