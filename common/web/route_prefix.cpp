#include "common/web/route_prefix.h"

namespace sonde::web {

std::string route_prefix(std::string_view prefix, std::string_view external_url) {
  std::string_view path = prefix;
  if (path.empty()) {
    const size_t host = external_url.find("://");
    const size_t slash = external_url.find('/', host == std::string_view::npos ? 0 : host + 3);
    path = slash == std::string_view::npos ? std::string_view() : external_url.substr(slash);
  }
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return path.empty() ? std::string() : "/" + std::string(path);
}

}  // namespace sonde::web
