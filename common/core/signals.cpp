#include "common/core/signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace sonde {

Result<SignalDescriptor> SignalDescriptor::open() {
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t mask;
  sigemptyset(&mask);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&mask, signal);
  // Returns its error and leaves errno alone.
  const int error = ::pthread_sigmask(SIG_BLOCK, &mask, nullptr);
  if (error != 0) return Error(ErrorCode::Io, std::string("cannot block signals: ") + std::strerror(error));
  const int fd = ::signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
  if (fd < 0)
    return Error(ErrorCode::Io, std::string("cannot open a signal descriptor: ") + std::strerror(errno));
  return SignalDescriptor(fd);
}

SignalDescriptor::SignalDescriptor(SignalDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

SignalDescriptor::~SignalDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

int SignalDescriptor::read() {
  signalfd_siginfo info{};
  if (::read(fd_, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return 0;
  return static_cast<int>(info.ssi_signo);
}

}  // namespace sonde
