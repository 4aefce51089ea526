#include "common/http_server/url.h"

#include <utility>

#include "common/core/percent.h"
#include "common/core/text.h"

namespace sonde::http {

void append_parameters(std::string_view text, std::vector<Parameter>& out) {
  while (!text.empty() && out.size() < kParametersMax) {
    const Cut pair = cut(text, '&');
    text = pair.after;
    if (pair.before.empty() || pair.before.find(';') != std::string_view::npos) continue;
    const Cut parts = cut(pair.before, '=');
    auto name = decode_query(parts.before);
    auto value = decode_query(parts.after);
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
