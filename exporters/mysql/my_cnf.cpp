#include "exporters/mysql/my_cnf.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/core/number_text.h"
#include "common/core/text.h"

namespace sonde::mysql {
namespace {

constexpr std::string_view kUnixPrefix = "unix://";
constexpr std::array<std::string_view, 4> kTlsVersions{"TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"};

Error bad_line(size_t line, std::string_view what) {
  return Error(ErrorCode::InvalidArgument, "line " + std::to_string(line) + ": " + std::string(what));
}

std::string_view unquote(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    return value.substr(1, value.size() - 2);
  return value;
}

// ${NAME} becomes the variable's value; one that is not set becomes nothing.
std::string expand(std::string_view value, const Environment& environment) {
  std::string out;
  while (!value.empty()) {
    const size_t begin = value.find("${");
    const size_t end = begin == std::string_view::npos ? begin : value.find('}', begin);
    if (end == std::string_view::npos) break;
    out += value.substr(0, begin);
    out += environment(value.substr(begin + 2, end - begin - 2)).value_or("");
    value.remove_prefix(end + 1);
  }
  return out + std::string(value);
}

bool is_true(std::string_view value) {
  return value == "true" || value == "1" || value == "on" || value == "yes";
}

// Every version from `from` to `to`, comma-joined as the client library wants it.
Result<std::string> tls_versions(std::string_view from, std::string_view to) {
  if (from.empty() && to.empty()) return std::string();
  if (from.empty()) from = kTlsVersions[2];
  if (to.empty()) to = kTlsVersions.back();
  std::string out;
  bool inside = false;
  bool ended = false;
  for (const std::string_view version : kTlsVersions) {
    inside = inside || version == from;
    if (inside && !ended) out += (out.empty() ? "" : ",") + std::string(version);
    ended = ended || version == to;
  }
  if (!inside || !ended || out.empty()) {
    return Error(ErrorCode::InvalidArgument,
                 "tls-min-version and tls-max-version want TLSv1.0 to TLSv1.3 in order");
  }
  return out;
}

// Letters, digits, "-", "_" and dots between them: names, and IPv4 addresses as well.
bool is_host_name(std::string_view text) {
  constexpr size_t kNameBytesMax = 253;  // RFC 1035, section 2.3.4, as text
  if (text.empty() || text.size() > kNameBytesMax) return false;
  if (text.ends_with('.')) text.remove_suffix(1);
  const auto is_label = [](std::string_view label) {
    return !label.empty() && label.front() != '-' && std::ranges::all_of(label, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
             c == '_';
    });
  };
  return std::ranges::all_of(split(text, '.'), is_label);
}

bool is_ipv6_address(std::string_view text) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

bool is_socket_path(std::string_view text) {
  const bool printable = std::ranges::all_of(text, [](char c) { return c > ' ' && c != 0x7F; });
  return text.starts_with('/') && printable && text.size() < sizeof(sockaddr_un::sun_path);
}

}  // namespace

Result<MyCnf> MyCnf::parse(std::string_view text, const Environment& environment) {
  if (text.size() > kFileBytesMax) return Error(ErrorCode::LimitExceeded, "larger than 1 MiB");
  MyCnf out;
  Section* section = nullptr;
  size_t number = 0;
  for (const std::string_view raw : split(text, '\n')) {
    ++number;
    const std::string_view line = trim(raw);
    if (line.empty() || line.front() == '#' || line.front() == ';' || line.front() == '!') continue;
    if (line.front() == '[') {
      if (line.back() != ']') return bad_line(number, "a section's name ends with ]");
      section = &out.sections_[std::string(trim(line.substr(1, line.size() - 2)))];
      continue;
    }
    if (section == nullptr) return bad_line(number, "a key before the first [section]");
    const Cut pair = cut(line, '=');
    const std::string key(trim(pair.before));
    // A key alone is a switch that is on.
    (*section)[key] = pair.found ? expand(unquote(trim(pair.after)), environment) : "true";
  }
  return out;
}

std::string MyCnf::get(std::string_view section, std::string_view key) const {
  for (;;) {
    const auto found = sections_.find(section);
    if (found != sections_.end()) {
      const auto value = found->second.find(key);
      if (value != found->second.end()) return value->second;
    }
    const size_t dot = section.rfind('.');
    if (dot == std::string_view::npos) return "";
    section = section.substr(0, dot);
  }
}

void MyCnf::set_default(const std::string& section, const std::string& key, const std::string& value) {
  sections_[section].try_emplace(key, value);
}

Result<Endpoint> MyCnf::endpoint(std::string_view section) const {
  if (!has(section)) return Error(ErrorCode::NotFound, "no section [" + std::string(section) + "]");
  const std::string noun = "section [" + std::string(section) + "]";
  Endpoint out;
  out.user = get(section, "user");
  if (out.user.empty()) return Error(ErrorCode::InvalidArgument, "no user specified in " + noun);
  out.password = get(section, "password");
  out.socket = get(section, "socket");
  out.host = get(section, "host");
  if (out.host.empty() && out.socket.empty()) out.host = "localhost";
  const std::string port = get(section, "port");
  if (!port.empty()) {
    const auto number = parse_unsigned(port);
    if (!number || *number == 0 || *number > 65535) {
      return Error(ErrorCode::InvalidArgument, noun + ": port " + quoted(port) + " is not a port number");
    }
    out.port = static_cast<uint16_t>(*number);
  }
  out.tls_ca_file = get(section, "ssl-ca");
  out.tls_cert_file = get(section, "ssl-cert");
  out.tls_key_file = get(section, "ssl-key");
  const std::string tls = get(section, "tls");
  const bool skip_verify =
      is_true(get(section, "ssl-skip-verfication")) || tls == "skip-verify" || tls == "preferred";
  const bool wanted = !out.tls_ca_file.empty() || skip_verify || is_true(tls);
  if (wanted) out.tls = skip_verify ? Endpoint::Tls::Encrypt : Endpoint::Tls::Verify;
  auto versions = tls_versions(get(section, "tls-min-version"), get(section, "tls-max-version"));
  if (!versions) return versions.error().in(noun);
  out.tls_versions = std::move(*versions);
  return out;
}

Status set_target(std::string_view target, Endpoint& endpoint) {
  const Error bad(ErrorCode::InvalidArgument,
                  "target " + quoted(target) + " wants the form host:port or unix:///path");
  if (target.starts_with(kUnixPrefix)) {
    const std::string_view path = target.substr(kUnixPrefix.size());
    if (!is_socket_path(path)) return bad;
    endpoint.socket = path;
    endpoint.host.clear();
    return Ok{};
  }
  const size_t colon = target.rfind(':');
  if (colon == std::string_view::npos) return bad;
  std::string_view host = target.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto port = parse_unsigned(target.substr(colon + 1));
  if (!port || *port == 0 || *port > 65535) return bad;
  if (bracketed ? !is_ipv6_address(host) : !is_host_name(host)) return bad;
  endpoint.host = host;
  endpoint.port = static_cast<uint16_t>(*port);
  endpoint.socket.clear();
  return Ok{};
}

}  // namespace sonde::mysql
