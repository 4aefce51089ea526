#include "exporters/redis/transport.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

namespace sonde::redis {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;

Error system_error(int number) {
  return Error(ErrorCode::Unavailable, std::strerror(number));
}

Error timeout() {
  return Error(ErrorCode::DeadlineExceeded, "i/o timeout");
}

std::string where(const Address& address) {
  return address.socket.empty() ? address.host + ":" + std::to_string(address.port) : address.socket;
}

// A socket that is connected, or on its way there.
int begin_connect(int family, const sockaddr* to, socklen_t size) {
  const int fd = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  if (family != AF_UNIX) {
    const int one = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  }
  if (::connect(fd, to, size) == 0 || errno == EINPROGRESS) return fd;
  const int reason = errno;
  ::close(fd);
  errno = reason;
  return -1;
}

int pending_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

Result<int> begin_connect_unix(const std::string& path) {
  sockaddr_un address{};
  if (path.size() >= sizeof address.sun_path) {
    return Error(ErrorCode::InvalidArgument, "the path of a unix socket is too long");
  }
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), address.sun_path);
  const int fd = begin_connect(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (fd < 0) return system_error(errno);
  return fd;
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Result<Addresses> look_up(const Address& address) {
  addrinfo wish{};
  wish.ai_family = AF_UNSPEC;
  wish.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const std::string port = std::to_string(address.port);
  const int failed = ::getaddrinfo(address.host.c_str(), port.c_str(), &wish, &list);
  if (failed != 0) return Error(ErrorCode::Unavailable, ::gai_strerror(failed));
  return Addresses(list);
}

}  // namespace

Transport::~Transport() {
  tls_.reset();
  ::close(fd_);
}

Result<std::unique_ptr<Transport>> Transport::connect(const Address& address, const TlsClientSettings& tls,
                                                      int64_t until_monotonic_ns, const Clock& clock) {
  std::unique_ptr<Transport> out;
  Error last(ErrorCode::Unavailable, "no address");
  const auto attempt = [&](Result<int> fd) {
    if (!fd) {
      last = fd.error();
      return;
    }
    out = std::make_unique<Transport>(Private{}, *fd, clock);
    const auto writable = out->wait_for(POLLOUT, until_monotonic_ns);
    const int error = writable ? pending_error(*fd) : 0;
    if (writable && error == 0) return;
    last = writable ? system_error(error) : writable.error();
    out.reset();
  };
  if (!address.socket.empty()) {
    attempt(begin_connect_unix(address.socket));
  } else {
    const auto addresses = look_up(address);
    if (!addresses) return addresses.error().in("dial " + where(address));
    for (const addrinfo* at = addresses->get(); at != nullptr && !out; at = at->ai_next) {
      const int fd = begin_connect(at->ai_family, at->ai_addr, at->ai_addrlen);
      attempt(fd < 0 ? Result<int>(system_error(errno)) : Result<int>(fd));
    }
  }
  if (!out) return last.in("dial " + where(address));
  if (address.tls) {
    auto secured = out->handshake(address, tls, until_monotonic_ns);
    if (!secured) return secured.error().in("dial " + where(address));
  }
  return out;
}

Status Transport::handshake(const Address& address, const TlsClientSettings& tls,
                            int64_t until_monotonic_ns) {
  auto made =
      TlsClient::make(tls, address.tls_server_name.empty() ? address.host : address.tls_server_name, fd_);
  if (!made) return made.error();
  tls_ = std::move(*made);
  for (;;) {
    const TlsClient::Step step = tls_->handshake();
    if (step == TlsClient::Step::Done) return Ok{};
    if (step == TlsClient::Step::Closed)
      return Error(ErrorCode::Unavailable, "tls: the server closed the connection");
    if (auto ready = wait_after(step, until_monotonic_ns); !ready) return ready;
  }
}

// Until a step that has to wait can be tried again.
Status Transport::wait_after(TlsClient::Step step, int64_t until_monotonic_ns) {
  switch (step) {
    case TlsClient::Step::Done:
      return Ok{};
    case TlsClient::Step::WantRead:
      return wait_for(POLLIN, until_monotonic_ns);
    case TlsClient::Step::WantWrite:
      return wait_for(POLLOUT, until_monotonic_ns);
    case TlsClient::Step::Closed:
      return Error(ErrorCode::Unavailable, "Server closed the connection");
    case TlsClient::Step::Failed:
      break;
  }
  return Error(ErrorCode::Unavailable, "tls: " + tls_->error());
}

Status Transport::wait_for(short events, int64_t until_monotonic_ns) {
  for (;;) {
    const int64_t left_ns = until_monotonic_ns - clock_.monotonic_ns();
    if (left_ns <= 0) return timeout();
    // Rounded up: a wait of 0 ms would turn in circles.
    const int64_t left_ms = std::min<int64_t>(left_ns / kNsPerMs + 1, std::numeric_limits<int>::max());
    pollfd ready{.fd = fd_, .events = events, .revents = 0};
    const int count = ::poll(&ready, 1, static_cast<int>(left_ms));
    if (count > 0) return Ok{};
    if (count < 0 && errno != EINTR) return system_error(errno);
  }
}

Status Transport::write(std::string_view bytes, int64_t until_monotonic_ns) {
  if (tls_) return write_tls(bytes, until_monotonic_ns);
  while (!bytes.empty()) {
    const ssize_t length = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (length >= 0) {
      bytes.remove_prefix(static_cast<size_t>(length));
    } else if (errno == EAGAIN) {
      if (auto ready = wait_for(POLLOUT, until_monotonic_ns); !ready) return ready;
    } else if (errno != EINTR) {
      return system_error(errno);
    }
  }
  return Ok{};
}

Result<size_t> Transport::read(std::span<char> out, int64_t until_monotonic_ns) {
  if (clock_.monotonic_ns() >= until_monotonic_ns) return timeout();
  if (tls_) return read_tls(out, until_monotonic_ns);
  for (;;) {
    const ssize_t length = ::recv(fd_, out.data(), out.size(), 0);
    if (length > 0) return static_cast<size_t>(length);
    if (length == 0) return Error(ErrorCode::Unavailable, "Server closed the connection");
    if (errno == EAGAIN) {
      if (auto ready = wait_for(POLLIN, until_monotonic_ns); !ready) return ready.error();
    } else if (errno != EINTR) {
      return system_error(errno);
    }
  }
}

Status Transport::write_tls(std::string_view bytes, int64_t until_monotonic_ns) {
  while (!bytes.empty()) {
    size_t length = 0;
    const TlsClient::Step step = tls_->write(bytes, length);
    if (step == TlsClient::Step::Done) bytes.remove_prefix(length);
    if (auto ready = wait_after(step, until_monotonic_ns); !ready) return ready;
  }
  return Ok{};
}

Result<size_t> Transport::read_tls(std::span<char> out, int64_t until_monotonic_ns) {
  for (;;) {
    size_t length = 0;
    const TlsClient::Step step = tls_->read(out, length);
    if (step == TlsClient::Step::Done) return length;
    if (auto ready = wait_after(step, until_monotonic_ns); !ready) return ready.error();
  }
}

}  // namespace sonde::redis
