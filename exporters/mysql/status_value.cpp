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
