#include <charconv>
#include <optional>

#include "common/core/text.h"
#include "common/exposition/negotiation.h"
#include "common/metrics/labels.h"

namespace sonde::exposition {
namespace {

constexpr std::string_view kValuesPrefix = "U__";

// The code point at the start of valid UTF-8, which is taken off.
uint32_t take_rune(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const size_t bytes = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  uint32_t rune = bytes == 1 ? first : first & (0x7Fu >> bytes);
  for (size_t i = 1; i < bytes; ++i) rune = rune << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
  text.remove_prefix(bytes);
  return rune;
}

bool is_legacy_rune(uint32_t rune, bool first) {
  const auto c = static_cast<char>(rune);
  if (rune >= 0x80) return false;
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
         (!first && c >= '0' && c <= '9');
}

void append_value_escape(std::string& out, uint32_t rune) {
  char buffer[8];
  out += '_';
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, rune, 16).ptr);
  out += '_';
}

// Takes "1f600_" off the front of `rest` as the code point that it spells.
std::optional<uint32_t> take_value_escape(std::string_view& rest) {
  constexpr size_t kDigitsMax = 5;  // The reference's own limit, one short of U+10FFFF.
  const size_t end = rest.find('_');
  if (end == std::string_view::npos || end > kDigitsMax) return std::nullopt;
  uint32_t value = 0;
  for (const char c : rest.substr(0, end)) {
    const int digit = hex_digit(c);
    if (digit < 0) return std::nullopt;
    value = value * 16 + static_cast<uint32_t>(digit);
  }
  if (value >= 0xD800 && value <= 0xDFFF) return std::nullopt;  // A surrogate is no code point.
  rest.remove_prefix(end + 1);
  return value;
}

}  // namespace

std::string escape_name(std::string_view name, Escaping escaping) {
  if (escaping == Escaping::AllowUtf8) return std::string(name);
  if (escaping != Escaping::Dots && is_legacy_metric_name(name)) return std::string(name);
  const std::string valid = replace_invalid_utf8(name);
  std::string_view rest = valid;
  std::string out = escaping == Escaping::Values && !rest.empty() ? std::string(kValuesPrefix) : "";
  bool first = true;
  while (!rest.empty()) {
    const uint32_t rune = take_rune(rest);
    if (rune == '_' && escaping != Escaping::Underscores) {
      out += "__";
    } else if (is_legacy_rune(rune, first)) {
      out += static_cast<char>(rune);
    } else if (escaping == Escaping::Underscores) {
      out += '_';
    } else if (escaping == Escaping::Dots) {
      out += rune == '.' ? "_dot_" : "__";
    } else {
      append_value_escape(out, rune);
    }
    first = false;
  }
  return out;
}

std::string unescape_name(std::string_view name) {
  if (!name.starts_with(kValuesPrefix)) return std::string(name);
  std::string out;
  std::string_view rest = name.substr(kValuesPrefix.size());
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c != '_') {
      out += c;
    } else if (rest.starts_with('_')) {
      out += '_';
      rest.remove_prefix(1);
    } else {
      const auto code_point = take_value_escape(rest);
      if (!code_point) return std::string(name);
      append_utf8(out, *code_point);
    }
  }
  return out;
}

}  // namespace sonde::exposition
