#include <charconv>

#include "common/core/text.h"
#include "common/exposition/negotiation.h"
#include "common/metrics/labels.h"

namespace sonde::exposition {
namespace {

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

}  // namespace

std::string escape_name(std::string_view name, Escaping escaping) {
  if (escaping == Escaping::AllowUtf8) return std::string(name);
  if (escaping != Escaping::Dots && is_legacy_metric_name(name)) return std::string(name);
  const std::string valid = replace_invalid_utf8(name);
  std::string_view rest = valid;
  std::string out = escaping == Escaping::Values && !rest.empty() ? "U__" : "";
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

}  // namespace sonde::exposition
