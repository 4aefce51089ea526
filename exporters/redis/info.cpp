#include "exporters/redis/info.h"

#include <algorithm>

#include "common/core/text.h"

namespace sonde::redis {

Info::Info(std::string_view text) {
  std::string_view section;
  for (const std::string_view raw : split(text, '\n')) {
    const std::string_view line = trim(raw);
    if (line.starts_with("# ")) {
      section = line.substr(2);
      continue;
    }
    const Cut pair = cut(line, ':');
    if (pair.found) lines_.push_back({.section = section, .field = pair.before, .value = pair.after});
  }
}

std::string_view Info::get(std::string_view field) const {
  const auto at = std::ranges::find(lines_, field, &InfoLine::field);
  return at == lines_.end() ? std::string_view() : at->value;
}

bool Info::has_section(std::string_view section) const {
  return std::ranges::find(lines_, section, &InfoLine::section) != lines_.end();
}

std::string_view get_part(std::string_view value, std::string_view key) {
  for (const std::string_view part : split(value, ',')) {
    const Cut pair = cut(part, '=');
    if (pair.before == key) return pair.after;
  }
  return {};
}

}  // namespace sonde::redis
