#include <algorithm>

#include "common/core/text.h"
#include "common/http_client/client_config_yaml.h"

namespace sonde::http {
namespace {

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool has_broken_escape(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') continue;
    if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return true;
    i += 2;
  }
  return false;
}

// What stands between "//" and the path; empty without "//".
std::string_view authority_of(std::string_view url) {
  const size_t slashes = url.find("//");
  if (slashes == std::string_view::npos || slashes > url.find_first_of("?#")) return {};
  const std::string_view rest = url.substr(slashes + 2);
  return rest.substr(0, std::min(rest.find_first_of("/?#"), rest.size()));
}

std::string_view without_user(std::string_view authority) {
  const size_t at = authority.rfind('@');
  return at == std::string_view::npos ? authority : authority.substr(at + 1);
}

bool is_valid_port(std::string_view host) {
  const size_t bracket = host.rfind(']');
  if (host.starts_with('[') && bracket == std::string_view::npos) return false;
  const size_t colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon == std::string_view::npos) return true;
  return std::ranges::all_of(host.substr(colon + 1), [](char c) { return c >= '0' && c <= '9'; });
}

Error refuse(std::string_view url, std::string_view why) {
  return Error(ErrorCode::InvalidArgument, "bad URL " + quoted(hide_password(url)) + ": " + std::string(why));
}

}  // namespace

Status check_url(std::string_view url) {
  if (std::ranges::any_of(url, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
    return refuse(url, "control character");
  }
  if (url.starts_with(':')) return refuse(url, "no scheme before the colon");
  const std::string_view path = url.substr(0, std::min(url.find_first_of("?#"), url.size()));
  if (has_broken_escape(path)) return refuse(url, "% without two hexadecimal digits");
  const std::string_view host = without_user(authority_of(url));
  if (host.find(' ') != std::string_view::npos) return refuse(url, "space in the host");
  if (!is_valid_port(host)) return refuse(url, "port is no number");
  return Ok{};
}

Status check_http_url(std::string_view url) {
  if (url.empty()) return refuse(url, "it is missing");
  if (auto status = check_url(url); !status) return status;
  const std::string_view scheme = cut(url, ':').before;
  if (scheme != "http" && scheme != "https") return refuse(url, "the scheme must be http or https");
  if (without_user(authority_of(url)).empty()) return refuse(url, "there is no host");
  return Ok{};
}

std::string hide_password(std::string_view url) {
  const std::string_view authority = authority_of(url);
  const size_t at = authority.rfind('@');
  const size_t colon = authority.find(':');
  if (at == std::string_view::npos || colon > at) return std::string(url);
  const auto begin = static_cast<size_t>(authority.data() - url.data());
  return std::string(url.substr(0, begin + colon + 1)) + "xxxxx" + std::string(url.substr(begin + at));
}

}  // namespace sonde::http
