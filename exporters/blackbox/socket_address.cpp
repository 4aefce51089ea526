#include "exporters/blackbox/socket_address.h"

#include <netdb.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>

#include "common/core/number_text.h"
#include "common/core/text.h"

namespace sonde::blackbox {

Result<SocketAddress> to_socket_address(const std::string& ip, const std::string& port) {
  constexpr uint64_t kPortMax = 65'535;
  // The C library would take a larger one modulo 65536.
  if (parse_unsigned(port).value_or(0) > kPortMax)
    return Error(ErrorCode::InvalidArgument, "invalid port " + quoted(port));
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  hints.ai_socktype = SOCK_STREAM;  // One entry, and service names of TCP.
  addrinfo* raw = nullptr;
  const int code = ::getaddrinfo(ip.c_str(), port.empty() ? nullptr : port.c_str(), &hints, &raw);
  if (code == EAI_SERVICE) return Error(ErrorCode::InvalidArgument, "unknown port " + quoted(port));
  if (code != 0) return Error(ErrorCode::InvalidArgument, "not an address: " + quoted(ip));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> list(raw, ::freeaddrinfo);
  SocketAddress out;
  std::memcpy(&out.storage, list->ai_addr, list->ai_addrlen);
  out.size = list->ai_addrlen;
  return out;
}

Result<SocketAddress> to_unix_address(std::string_view path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return Error(ErrorCode::InvalidArgument, "not the path of a socket: " + quoted(path));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  SocketAddress out;
  size_t size = offsetof(sockaddr_un, sun_path) + path.size() + 1;
  if (path.starts_with('@')) {
    address.sun_path[0] = '\0';
    --size;  // Abstract names have no end but their length.
  }
  std::memcpy(&out.storage, &address, size);
  out.size = static_cast<socklen_t>(size);
  return out;
}

Result<HostPort> split_host_port(std::string_view text) {
  const auto wrong = [text](std::string_view why) {
    return Error(ErrorCode::InvalidArgument,
                 "address " + std::string(text.substr(0, 256)) + ": " + std::string(why));
  };
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong("missing port in address");
  HostPort out;
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) return wrong("missing ']' in address");
    if (end + 1 == text.size()) return wrong("missing port in address");
    if (end + 1 != colon)
      return wrong(text[end + 1] == ':' ? "too many colons in address" : "missing port in address");
    out.host = text.substr(1, end - 1);
  } else {
    out.host = text.substr(0, colon);
    if (out.host.find(':') != std::string::npos) return wrong("too many colons in address");
  }
  if (out.host.find_first_of("[]") != std::string::npos) return wrong("unexpected '[' or ']' in address");
  out.port = text.substr(colon + 1);
  return out;
}

}  // namespace sonde::blackbox
