#pragma once
// Walking through the lines and fields of kernel files without copying. Views point into the argument.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/core/number_text.h"
#include "common/core/text.h"

namespace sonde::node {

// Takes the next line off `rest`, without its newline; false at the end.
inline bool next_line(std::string_view& rest, std::string_view& line) {
  if (rest.empty()) return false;
  const size_t end = rest.find('\n');
  line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return true;
}

// Takes the next field (spaces and tabs between) off `line`; "" at the end.
inline std::string_view next_field(std::string_view& line) {
  size_t begin = 0;
  while (begin < line.size() && (line[begin] == ' ' || line[begin] == '\t')) ++begin;
  size_t end = begin;
  while (end < line.size() && line[end] != ' ' && line[end] != '\t') ++end;
  const std::string_view field = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return field;
}

// Takes up to `count` fields off `line`; how many there were.
inline size_t skip_fields(std::string_view& line, size_t count) {
  const auto is_blank = [&](size_t at) { return line[at] == ' ' || line[at] == '\t'; };
  size_t skipped = 0;
  size_t at = 0;
  for (; skipped < count; ++skipped) {
    while (at < line.size() && is_blank(at)) ++at;
    if (at == line.size()) break;
    while (at < line.size() && !is_blank(at)) ++at;
  }
  line.remove_prefix(at);
  return skipped;
}

// A kernel's number: digits mostly, a sign or a fraction sometimes.
inline std::optional<double> field_number(std::string_view field) {
  uint64_t value = 0;
  constexpr size_t kSafeDigits = 19;
  if (!field.empty() && field.size() <= kSafeDigits) {
    for (const char digit : field) {
      if (digit < '0' || digit > '9') return parse_number(field);
      value = value * 10 + static_cast<uint64_t>(digit - '0');
    }
    return static_cast<double>(value);
  }
  return parse_number(field);
}

}  // namespace sonde::node
