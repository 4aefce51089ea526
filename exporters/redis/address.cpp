#include "exporters/redis/address.h"

#include <string>

#include "common/core/number_text.h"
#include "common/core/text.h"

namespace sonde::redis {
namespace {

// As it may stand in a log: without user and password.
std::string quoted_without_login(std::string_view text) {
  const size_t at = text.rfind('@');
  if (at == std::string_view::npos) return quoted(text);
  const size_t scheme_end = text.find("://");
  const std::string_view scheme = scheme_end < at ? text.substr(0, scheme_end + 3) : std::string_view();
  return quoted(std::string(scheme) + "***" + std::string(text.substr(at)));
}

Error bad_address(std::string_view text) {
  return Error(ErrorCode::InvalidArgument,
               "invalid address " + quoted_without_login(text) +
                   " (want redis://host:port, rediss://host:port, unix:///path or host:port)");
}

// "host", "host:port", "[::1]:6379"; the port keeps its default when there is none.
bool set_host(std::string_view text, Address& address) {
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    address.host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
  } else {
    address.host = text.substr(0, text.find(':'));
    text.remove_prefix(address.host.size());
  }
  if (address.host.empty()) return false;
  if (text.empty()) return true;
  const auto port = text.front() == ':' ? parse_unsigned(text.substr(1)) : std::nullopt;
  if (!port || *port == 0 || *port > 65535) return false;
  address.port = static_cast<uint16_t>(*port);
  return true;
}

}  // namespace

Result<Address> parse_address(std::string_view text) {
  Address address;
  std::string_view rest = text;
  const size_t scheme_end = text.find("://");
  if (scheme_end != std::string_view::npos) {
    const std::string_view scheme = text.substr(0, scheme_end);
    rest.remove_prefix(scheme_end + 3);
    address.tls = scheme == "rediss" || scheme == "valkeys";
    if (scheme == "unix") {
      if (rest.empty()) return bad_address(text);
      address.socket = rest;
      return address;
    }
    if (!address.tls && scheme != "redis" && scheme != "valkey") return bad_address(text);
  }
  const size_t at = rest.rfind('@');
  if (at != std::string_view::npos) {
    const Cut login = cut(rest.substr(0, at), ':');
    address.user = login.before;
    address.password = login.after;
    rest.remove_prefix(at + 1);
  }
  const Cut parts = cut(rest, '/');
  if (!set_host(parts.before, address)) return bad_address(text);
  if (!parts.after.empty()) {
    const auto database = parse_unsigned(parts.after);
    if (!database || *database > 1'000'000) return bad_address(text);
    address.database = static_cast<int64_t>(*database);
  }
  return address;
}

std::string write_address(const Address& address) {
  if (!address.socket.empty()) return "unix://" + address.socket;
  const bool ipv6 = address.host.find(':') != std::string::npos;
  return (address.tls ? "rediss://" : "redis://") + (ipv6 ? "[" + address.host + "]" : address.host) + ":" +
         std::to_string(address.port);
}

std::string write_address_with_user(const Address& address) {
  std::string text = write_address(address);
  const bool has_user = !address.user.empty() && address.socket.empty();
  return has_user ? text.insert(text.find("://") + 3, address.user + "@") : text;
}

}  // namespace sonde::redis
