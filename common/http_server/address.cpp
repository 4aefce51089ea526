#include "common/http_server/address.h"

#include <arpa/inet.h>
#include <linux/vm_sockets.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include "common/core/number_text.h"
#include "common/core/text.h"

namespace sonde::http {
namespace {

constexpr int kBacklog = 1024;
constexpr std::string_view kUnix = "unix://";
constexpr std::string_view kVsock = "vsock://:";
constexpr mode_t kSocketMode = 0660;  // as the owner's group wants, nobody else

struct HostPort {
  std::string host;
  uint16_t port;
};

Error bad_address(std::string_view address, std::string_view why) {
  return Error(ErrorCode::InvalidArgument,
               "listen address " + quoted(address) + ": " + std::string(why) + "; want HOST:PORT or :PORT");
}

Result<HostPort> parse_host_port(std::string_view address) {
  if (address.find("://") != std::string_view::npos)
    return bad_address(address, "the scheme is not known (unix:// and vsock:// are)");
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return bad_address(address, "the port is missing");
  std::string_view host = address.substr(0, colon);
  const auto port = parse_unsigned(address.substr(colon + 1));
  if (!port || *port > 65535) return bad_address(address, "the port is no number up to 65535");
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return bad_address(address, "an IPv6 host stands in brackets");
  }
  return HostPort{std::string(host), static_cast<uint16_t>(*port)};
}

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

Address any_address(uint16_t port, bool ipv6) {
  Address out;
  if (ipv6) {
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    any.sin6_port = htons(port);
    any.sin6_addr = in6addr_any;
    std::memcpy(&out.storage, &any, sizeof any);
    out.size = sizeof any;
  } else {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_port = htons(port);
    std::memcpy(&out.storage, &any, sizeof any);
    out.size = sizeof any;
  }
  return out;
}

Result<Address> resolve(std::string_view text, const HostPort& where) {
  if (where.host.empty()) return any_address(where.port, true);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int failed = ::getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &hints, &list);
  if (failed != 0) {
    return Error(ErrorCode::NotFound, "listen address " + quoted(text) + ": " + ::gai_strerror(failed));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(list, &::freeaddrinfo);
  const addrinfo* best = list;
  // As Go: a name with both kinds listens on IPv4.
  for (const addrinfo* next = list; next != nullptr; next = next->ai_next) {
    if (next->ai_family == AF_INET) {
      best = next;
      break;
    }
  }
  Address out;
  std::memcpy(&out.storage, best->ai_addr, best->ai_addrlen);
  out.size = best->ai_addrlen;
  return out;
}

Error bind_error(std::string_view address, int why) {
  const std::string which = "address " + std::string(address);
  switch (why) {
    case EADDRINUSE:
      return Error(
          ErrorCode::AlreadyExists,
          which + " is already in use: stop the other process or choose another --web.listen-address");
    case EACCES:
    case EPERM:
      return Error(ErrorCode::PermissionDenied,
                   which +
                       ": permission denied: choose a port from 1024 up or grant "
                       "the capability CAP_NET_BIND_SERVICE");
    case EADDRNOTAVAIL:
      return Error(
          ErrorCode::NotFound,
          which + ": no interface of this host has that address: choose another --web.listen-address");
    default:
      return Error(ErrorCode::Io, "cannot listen on " + which + ": " + std::strerror(why));
  }
}

Result<Address> unix_address(std::string_view address, const std::string& path) {
  Address out;
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  if (!path.starts_with('/')) return bad_address(address, "a socket's path begins with /");
  if (path.size() >= sizeof where.sun_path) return bad_address(address, "the socket's path is too long");
  std::memcpy(where.sun_path, path.data(), path.size());
  std::memcpy(&out.storage, &where, sizeof where);
  out.size = sizeof where;
  return out;
}

Result<Address> vsock_address(std::string_view address) {
  const auto port = parse_unsigned(address.substr(kVsock.size()));
  if (!port || *port > UINT32_MAX) return bad_address(address, "the port is no number up to 4294967295");
  Address out;
  sockaddr_vm where{};
  where.svm_family = AF_VSOCK;
  where.svm_cid = VMADDR_CID_ANY;
  where.svm_port = static_cast<unsigned>(*port);
  std::memcpy(&out.storage, &where, sizeof where);
  out.size = sizeof where;
  return out;
}

// Takes away a socket that nobody listens on any more.
void remove_dead_socket(const Address& address, const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0 || !S_ISSOCK(info.st_mode)) return;
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return;
  const bool dead = ::connect(fd, reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0 &&
                    errno == ECONNREFUSED;
  ::close(fd);
  if (dead) ::unlink(path.c_str());
}

// A listening descriptor, or -1 with errno set.
int open_listener(const Address& address) {
  const int fd = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const int on = 1;
  const int off = 0;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // "[::]" takes IPv4 clients too, whatever net.ipv6.bindv6only says.
  if (address.storage.ss_family == AF_INET6) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address.storage), address.size) == 0 &&
      ::listen(fd, kBacklog) == 0) {
    return fd;
  }
  const int why = errno;
  ::close(fd);
  errno = why;
  return -1;
}

}  // namespace

std::string unix_path(std::string_view address) {
  return address.starts_with(kUnix) ? std::string(address.substr(kUnix.size())) : std::string();
}

namespace {

Result<int> listen_at_path(std::string_view address, const std::string& path) {
  const auto where = unix_address(address, path);
  if (!where) return where.error();
  remove_dead_socket(*where, path);
  const int fd = open_listener(*where);
  if (fd < 0) return bind_error(address, errno);
  ::chmod(path.c_str(), kSocketMode);
  return fd;
}

}  // namespace

Result<int> listen_at(std::string_view address) {
  if (address.starts_with(kUnix)) return listen_at_path(address, unix_path(address));
  if (address.starts_with(kVsock)) {
    const auto vsock = vsock_address(address);
    if (!vsock) return vsock.error();
    const int fd = open_listener(*vsock);
    if (fd < 0) return bind_error(address, errno);
    return fd;
  }
  const auto where = parse_host_port(address);
  if (!where) return where.error();
  const auto resolved = resolve(address, *where);
  if (!resolved) return resolved.error();
  int fd = open_listener(*resolved);
  if (fd < 0 && where->host.empty() && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL)) {
    fd = open_listener(any_address(where->port, false));  // A host without IPv6.
  }
  if (fd < 0) return bind_error(address, errno);
  return fd;
}

std::string write_address(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return std::string(text.data()) + ":" + std::to_string(ntohs(v4.sin_port));
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, address, sizeof v6);
    const uint16_t port = ntohs(v6.sin6_port);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      ::inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text.data(), text.size());
      return std::string(text.data()) + ":" + std::to_string(port);
    }
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    return "[" + std::string(text.data()) + "]:" + std::to_string(port);
  }
  if (address->sa_family == AF_VSOCK) {
    sockaddr_vm vsock{};
    std::memcpy(&vsock, address, sizeof vsock);
    return "vsock://:" + std::to_string(vsock.svm_port);
  }
  return address->sa_family == AF_UNIX ? "unix" : "unknown";
}

std::string local_address(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return "unknown";
  if (storage.ss_family == AF_UNIX) {
    sockaddr_un where{};
    std::memcpy(&where, &storage, sizeof where);
    return std::string(kUnix) + std::string(where.sun_path, ::strnlen(where.sun_path, sizeof where.sun_path));
  }
  return write_address(reinterpret_cast<const sockaddr*>(&storage));
}

}  // namespace sonde::http
