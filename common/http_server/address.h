#pragma once
// Listening sockets: from the text of --web.listen-address to a descriptor, with errors that say what to do.
// No state.

#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"

struct sockaddr;

namespace sonde::http {

// Binds and listens, non-blocking and closed on exec: ":9100" (IPv4 and IPv6), "127.0.0.1:9100", "[::1]:0",
// "host:port", "vsock://:9100", and, beyond the originals, "unix:///run/sonde.sock": a socket that a dead
// process has left there is replaced, a living one and other files are not. The descriptor is the caller's.
Result<int> listen_at(std::string_view address);

// The path of "unix:///run/sonde.sock"; "" of other addresses.
std::string unix_path(std::string_view address);

// "127.0.0.1:9100" or "[::1]:9100" of a socket address.
std::string write_address(const sockaddr* address);

// The address that a socket is bound to.
std::string local_address(int fd);

}  // namespace sonde::http
