#include "common/core/service_manager.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

#include "common/core/number_text.h"

namespace sonde {
namespace {

constexpr int kFirstInheritedFd = 3;  // sd_listen_fds(3)
constexpr uint64_t kInheritedMax = 1024;

std::string_view environment(const char* name) {
  const char* value = ::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

// True when the variable names this process, or nothing.
bool is_for_us(std::string_view pid) {
  return pid.empty() || parse_unsigned(pid) == static_cast<uint64_t>(::getpid());
}

}  // namespace

Status notify_service_manager(std::string_view state) {
  const std::string_view path = environment("NOTIFY_SOCKET");
  if (path.empty()) return Ok{};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if ((path[0] != '/' && path[0] != '@') || path.size() >= sizeof address.sun_path) {
    return Error(ErrorCode::InvalidArgument, "NOTIFY_SOCKET is no path of a socket");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  if (path[0] == '@') address.sun_path[0] = '\0';  // An abstract name.
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return Error(ErrorCode::Io, std::string("cannot make a socket: ") + std::strerror(errno));
  const ssize_t sent = ::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL,
                                reinterpret_cast<const sockaddr*>(&address), size);
  const int why = errno;
  ::close(fd);
  if (sent < 0)
    return Error(ErrorCode::Io, std::string("cannot tell the service manager: ") + std::strerror(why));
  return Ok{};
}

Result<std::vector<int>> take_inherited_sockets() {
  const auto count = parse_unsigned(environment("LISTEN_FDS"));
  const bool ours = is_for_us(environment("LISTEN_PID"));
  ::unsetenv("LISTEN_FDS");
  ::unsetenv("LISTEN_PID");
  ::unsetenv("LISTEN_FDNAMES");
  if (!count || *count == 0 || *count > kInheritedMax || !ours) {
    return Error(ErrorCode::NotFound, "no socket was handed over: start through a systemd socket unit");
  }
  std::vector<int> out;
  for (uint64_t i = 0; i < *count; ++i) {
    const int fd = kFirstInheritedFd + static_cast<int>(i);
    if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
      return Error(ErrorCode::InvalidArgument,
                   "LISTEN_FDS names descriptor " + std::to_string(fd) + ", which is not open");
    }
    out.push_back(fd);
  }
  return out;
}

std::optional<std::chrono::microseconds> watchdog_interval() {
  const auto interval_us = parse_unsigned(environment("WATCHDOG_USEC"));
  if (!interval_us || *interval_us == 0 || !is_for_us(environment("WATCHDOG_PID"))) return std::nullopt;
  return std::chrono::microseconds(*interval_us);
}

}  // namespace sonde
