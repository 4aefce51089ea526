#include "exporters/mysql/status_value.h"

#include <time.h>

#include <algorithm>
#include <array>

#include "common/core/number_text.h"
#include "common/core/text.h"

namespace sonde::mysql {
namespace {

struct Word {
  std::string_view text;
  double value;
};
constexpr std::array kWords{Word{"connecting", 0}, Word{"disabled", 0},    Word{"disconnected", 0},
                            Word{"no", 0},         Word{"non-primary", 0}, Word{"off", 0},
                            Word{"on", 1},         Word{"primary", 1},     Word{"yes", 1}};
static_assert(std::ranges::is_sorted(kWords, {}, &Word::text));

std::optional<double> parse_time(std::string_view text, const char* format) {
  tm parts{};
  const std::string terminated(text);
  const char* end = ::strptime(terminated.c_str(), format, &parts);
  if (end == nullptr) return std::nullopt;
  // What follows "Jan 02 15:04:05 2006" is the zone's name, which servers give as GMT.
  if (*end != '\0' && *end != ' ') return std::nullopt;
  return static_cast<double>(::timegm(&parts));
}

// "mysql-bin.000123" → 123: the position files of replication.
std::optional<double> parse_file_number(std::string_view text) {
  const size_t dot = text.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return std::nullopt;
  const std::string_view digits = text.substr(dot + 1);
  const bool all_digits =
      !digits.empty() && std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  // A plain decimal number ("1.5") is none, nor is an address.
  const bool name_before =
      std::ranges::any_of(text.substr(0, dot), [](char c) { return c >= 'a' && c <= 'z'; });
  if (!all_digits || !name_before || digits.size() < 6) return std::nullopt;
  return parse_number(digits);
}

}  // namespace

std::optional<double> parse_status_value(std::string_view text) {
  const std::string lower = to_lower_ascii(text);
  const auto word = std::ranges::find(kWords, std::string_view(lower), &Word::text);
  if (word != kWords.end()) return word->value;
  if (text.size() >= 19 && text[4] == '-') {
    if (auto seconds = parse_time(text, "%Y-%m-%d %H:%M:%S")) return seconds;
  }
  if (text.size() >= 20 && text[3] == ' ') {
    if (auto seconds = parse_time(text, "%b %d %H:%M:%S %Y")) return seconds;
  }
  if (auto number = parse_file_number(lower)) return number;
  return parse_number(text);
}

std::string metric_part(std::string_view name) {
  std::string out = to_lower_ascii(name);
  for (char& c : out) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) c = '_';
  }
  return out;
}

}  // namespace sonde::mysql
