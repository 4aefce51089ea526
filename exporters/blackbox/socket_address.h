#pragma once
// Addresses as the kernel wants them, and "host:port" as targets write it. Nothing here asks the network.

#include <sys/socket.h>

#include <optional>
#include <string>
#include <string_view>

#include "common/core/result.h"

namespace sonde::blackbox {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
};

// Of a literal address, with an optional zone. The port is a number or a service's name; "" is none.
Result<SocketAddress> to_socket_address(const std::string& ip, const std::string& port = {});

// Of a path in the file system, or of an abstract name that begins with "@".
Result<SocketAddress> to_unix_address(std::string_view path);

struct HostPort {
  std::string host;  // without brackets
  std::string port;
};
// "host:port", "[2001:db8::1]:port", ":port".
Result<HostPort> split_host_port(std::string_view text);

}  // namespace sonde::blackbox
