#include "exporters/blackbox/rdap_answer.h"

#include <arpa/inet.h>
#include <time.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "common/http_client/client_config_yaml.h"

namespace sonde::blackbox {
namespace {

// nlohmann parses by recursion; answers nest about ten deep.
constexpr int kJsonDepthMax = 32;
constexpr size_t kNamesMax = 4;
constexpr size_t kHostBytesMax = 253;  // RFC 1035, in text

Result<nlohmann::json> parse_json(std::string_view text) {
  bool too_deep = false;
  const auto watch_depth = [&too_deep](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    too_deep = too_deep || depth > kJsonDepthMax;
    return !too_deep;
  };
  try {
    nlohmann::json root = nlohmann::json::parse(text, watch_depth);
    if (too_deep) return Error(ErrorCode::Corrupt, "JSON: nested too deep");
    if (!root.is_object()) return Error(ErrorCode::Corrupt, "JSON: not an object");
    return root;
  } catch (const nlohmann::json::exception& exception) {
    return Error(ErrorCode::Corrupt, std::string("JSON: ") + exception.what());
  }
}

// The value of a key, or null.
const nlohmann::json& field(const nlohmann::json& object, const char* key) {
  static const nlohmann::json kNothing;
  if (!object.is_object()) return kNothing;
  const auto at = object.find(key);
  return at == object.end() ? kNothing : *at;
}

std::string text_of(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : "";
}

// Base URLs end in "/" (RFC 9224, 3), and https goes before http (RFC 9224, 5.3 in spirit).
std::string choose_server(const nlohmann::json& urls) {
  std::string out;
  if (!urls.is_array()) return out;
  for (const auto& item : urls) {
    std::string url = text_of(item);
    if (!http::check_http_url(url)) continue;
    if (!url.ends_with('/')) url += '/';
    if (url.starts_with("https://")) return url;
    if (out.empty()) out = std::move(url);
  }
  return out;
}

bool is_address(const std::string& host) {
  in6_addr six{};
  in_addr four{};
  return ::inet_pton(AF_INET, host.c_str(), &four) == 1 || ::inet_pton(AF_INET6, host.c_str(), &six) == 1;
}

std::optional<int> digits(std::string_view text, size_t at, size_t count) {
  if (at + count > text.size()) return std::nullopt;
  const std::string_view part = text.substr(at, count);
  if (!std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  return static_cast<int>(parse_unsigned(part).value_or(0));
}

// "Z", "+01:00": seconds to take away.
std::optional<int64_t> offset_seconds(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const auto hours = digits(text, 1, 2);
  const auto minutes = digits(text, 4, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const int64_t seconds = int64_t{*hours} * 3600 + int64_t{*minutes} * 60;
  return text[0] == '-' ? -seconds : seconds;
}

}  // namespace

std::optional<int64_t> parse_rfc3339_seconds(std::string_view text) {
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2);
  const auto minute = digits(text, 14, 2);
  const auto second = digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') return std::nullopt;
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return std::nullopt;
  if (*month < 1 || *month > 12 || *day < 1 || *day > 31 || *hour > 23 || *minute > 59 || *second > 60)
    return std::nullopt;
  size_t at = 19;
  if (at < text.size() && text[at] == '.') {
    const size_t end = text.find_first_not_of("0123456789", at + 1);
    if (end == at + 1 || end == std::string_view::npos) return std::nullopt;
    at = end;
  }
  const auto offset = offset_seconds(text.substr(at));
  if (!offset) return std::nullopt;
  tm parts{};
  parts.tm_year = *year - 1900;
  parts.tm_mon = *month - 1;
  parts.tm_mday = *day;
  parts.tm_hour = *hour;
  parts.tm_min = *minute;
  parts.tm_sec = *second;
  return static_cast<int64_t>(::timegm(&parts)) - *offset;
}

Result<RdapServers> read_rdap_servers(std::string_view json) {
  auto root = parse_json(json);
  if (!root) return root.error();
  const nlohmann::json& services = field(*root, "services");
  if (!services.is_array()) return Error(ErrorCode::Corrupt, "a list of RDAP servers has no \"services\"");
  RdapServers out;
  for (const auto& service : services) {
    if (!service.is_array() || service.size() < 2 || !service[0].is_array()) continue;
    const std::string server = choose_server(service[1]);
    if (server.empty()) continue;
    for (const auto& entry : service[0]) {
      if (entry.is_string()) out.emplace(to_lower_ascii(entry.get<std::string>()), server);
    }
  }
  return out;
}

std::string find_rdap_server(const RdapServers& servers, std::string_view domain) {
  for (std::string_view rest = domain; !rest.empty(); rest = cut(rest, '.').after) {
    if (const auto at = servers.find(rest); at != servers.end()) return at->second;
  }
  return "";
}

Result<std::optional<int64_t>> read_domain_expiry(std::string_view json) {
  auto root = parse_json(json);
  if (!root) return root.error();
  const nlohmann::json& events = field(*root, "events");
  if (!events.is_array()) return std::optional<int64_t>();
  for (const auto& event : events) {
    if (text_of(field(event, "eventAction")) != "expiration") continue;
    const std::string date = text_of(field(event, "eventDate"));
    const auto seconds = parse_rfc3339_seconds(date);
    if (!seconds) return Error(ErrorCode::Corrupt, "not a date of RFC 3339: " + sonde::quoted(date));
    return std::optional(*seconds);
  }
  return std::optional<int64_t>();
}

std::vector<std::string> registrable_names(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  std::vector<std::string> out;
  const std::string name = to_lower_ascii(host);
  if (name.size() > kHostBytesMax || is_address(name)) return out;
  const auto is_of_names = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  };
  if (!std::ranges::all_of(name, is_of_names)) return out;  // It becomes part of a URL's path.
  if (name.find("..") != std::string::npos || name.starts_with('.')) return out;
  size_t dot = name.rfind('.');
  while (dot != std::string::npos && dot > 0 && out.size() < kNamesMax) {
    dot = name.rfind('.', dot - 1);
    out.push_back(dot == std::string::npos ? name : name.substr(dot + 1));
  }
  return out;
}

}  // namespace sonde::blackbox
