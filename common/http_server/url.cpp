#include "common/http_server/url.h"

#include <utility>

#include "common/core/text.h"

namespace sonde::http {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decode(std::string_view raw, bool plus_is_blank) {
  std::string out;
  out.reserve(raw.size());
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '%') {
      const int high = i + 2 < raw.size() ? hex_digit(raw[i + 1]) : -1;
      const int low = i + 2 < raw.size() ? hex_digit(raw[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += raw[i] == '+' && plus_is_blank ? ' ' : raw[i];
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> decode_path(std::string_view raw) {
  return decode(raw, false);
}

void append_parameters(std::string_view text, std::vector<Parameter>& out) {
  while (!text.empty() && out.size() < kParametersMax) {
    const Cut pair = cut(text, '&');
    text = pair.after;
    if (pair.before.empty() || pair.before.find(';') != std::string_view::npos) continue;
    const Cut parts = cut(pair.before, '=');
    auto name = decode(parts.before, true);
    auto value = decode(parts.after, true);
    if (name && value) out.push_back({std::move(*name), std::move(*value)});
  }
}

Target split_target(std::string_view target) {
  const size_t scheme_end = target.find("://");
  if (!target.starts_with('/') && scheme_end != std::string_view::npos) {
    const size_t path_begin = target.find_first_of("/?", scheme_end + 3);
    target = path_begin == std::string_view::npos ? "/" : target.substr(path_begin);
  }
  const Cut parts = cut(target, '?');
  return {parts.before.empty() ? "/" : parts.before, parts.after};
}

}  // namespace sonde::http
