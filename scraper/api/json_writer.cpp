#include "scraper/api/json_writer.h"

#include <cmath>

#include "common/core/number_text.h"
#include "common/core/text.h"

namespace sonde::api {
namespace {

bool needs_escape(unsigned char byte) {
  return byte < 0x20 || byte == '"' || byte == '\\';
}

bool is_plain(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (needs_escape(byte) || byte >= 0x80) return false;
  }
  return true;
}

void append_escape(std::string& out, unsigned char byte) {
  static constexpr char kHex[] = "0123456789abcdef";
  switch (byte) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
  }
}

}  // namespace

void JsonWriter::key(std::string_view name) {
  comma();
  *out_ += '"';
  append_escaped(name);
  *out_ += "\":";
  comma_needed_ = false;
}

void JsonWriter::string(std::string_view text) {
  comma();
  *out_ += '"';
  append_escaped(text);
  *out_ += '"';
}

void JsonWriter::integer(int64_t value) {
  comma();
  append_integer(*out_, value);
}

void JsonWriter::number(double value) {
  comma();
  if (std::isfinite(value)) {
    append_number_api(*out_, value);
  } else {
    *out_ += "null";  // JSON has no word for it.
  }
}

void JsonWriter::boolean(bool value) {
  comma();
  *out_ += value ? "true" : "false";
}

void JsonWriter::sample_value(double value) {
  comma();
  *out_ += '"';
  append_number_api(*out_, value);
  *out_ += '"';
}

void JsonWriter::timestamp(int64_t time_ms) {
  comma();
  uint64_t magnitude = static_cast<uint64_t>(time_ms);
  if (time_ms < 0) {
    *out_ += '-';
    magnitude = 0 - magnitude;
  }
  append_unsigned(*out_, magnitude / 1000);
  const uint64_t fraction = magnitude % 1000;
  if (fraction == 0) return;
  *out_ += '.';
  *out_ += static_cast<char>('0' + fraction / 100);
  *out_ += static_cast<char>('0' + fraction / 10 % 10);
  *out_ += static_cast<char>('0' + fraction % 10);
}

void JsonWriter::labels(const Labels& labels) {
  begin_object();
  for (const Label& label : labels) member(label.name, std::string_view(label.value));
  end_object();
}

void JsonWriter::append_escaped(std::string_view text) {
  if (is_plain(text)) {
    *out_ += text;
    return;
  }
  std::string repaired;
  if (!is_valid_utf8(text)) {
    repaired = replace_invalid_utf8(text);
    text = repaired;
  }
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (needs_escape(byte)) {
      append_escape(*out_, byte);
    } else {
      *out_ += c;
    }
  }
}

}  // namespace sonde::api
