#include "exporters/blackbox/connection.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "common/core/check.h"

namespace sonde::blackbox {
namespace {

constexpr size_t kReadBytes = 16 * 1024;

// Refused, unreachable and the like: the peer's fault, in the kernel's words.
Error system_error(std::string_view what, int code) {
  const ErrorCode kind = code == EACCES || code == EPERM ? ErrorCode::PermissionDenied
                         : code == ETIMEDOUT             ? ErrorCode::DeadlineExceeded
                                                         : ErrorCode::Unavailable;
  return Error(kind, std::string(what) + ": " + std::strerror(code));
}

}  // namespace

void Connection::dial(const SocketAddress& to, const std::optional<SocketAddress>& from, Done done) {
  done_ = std::move(done);
  operation_ = Operation::Dial;
  if (auto opened = open(to, from); !opened) return post_end(opened);
  wait(EPOLLOUT);
}

Status Connection::open(const SocketAddress& to, const std::optional<SocketAddress>& from) {
  fd_ = ::socket(to.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return system_error("socket", errno);
  if (from && ::bind(fd_, from->get(), from->size) != 0) return system_error("bind", errno);
  if (::connect(fd_, to.get(), to.size) == 0 || errno == EINPROGRESS) return Ok{};
  return system_error("connect", errno);
}

void Connection::start_tls(http::TlsStores& stores, const http::TlsConfig& config, const std::string& name,
                           Done done) {
  done_ = std::move(done);
  operation_ = Operation::Handshake;
  auto session = http::TlsSession::make(stores, config, name, fd_);
  if (!session) return post_end(session.error());
  tls_ = std::move(*session);
  wait(EPOLLOUT);  // The first message is ours.
}

void Connection::write(std::string bytes, Done done) {
  done_ = std::move(done);
  out_ = std::move(bytes);
  out_done_ = 0;
  begin(Operation::Write, EPOLLOUT);
}

void Connection::read(Received received) {
  received_ = std::move(received);
  begin(Operation::Read, EPOLLIN);
  if (!tls_ || !tls_->has_pending()) return;
  loop_.post([this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired() && operation_ == Operation::Read) go_on_read();
  });
}

void Connection::begin(Operation operation, uint32_t events) {
  check(operation_ == Operation::None, "one operation of a connection at a time");
  operation_ = operation;
  wait(events);
}

void Connection::wait(uint32_t events) {
  Status watched = watched_ ? loop_.rewatch(fd_, events)
                            : loop_.watch(fd_, events, [this](uint32_t happened) { go_on(happened); });
  if (!watched) return post_end(watched);
  watched_ = true;
}

void Connection::go_on(uint32_t) {
  switch (operation_) {
    case Operation::Dial:
      return finish_dial();
    case Operation::Handshake:
      return go_on_handshake();
    case Operation::Write:
      return go_on_write();
    case Operation::Read:
      return go_on_read();
    case Operation::None:
      return wait(0);  // Nobody asked; what came waits in the kernel.
  }
}

void Connection::finish_dial() {
  int code = 0;
  socklen_t size = sizeof code;
  ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &code, &size);
  end(code == 0 ? Status(Ok{}) : Status(system_error("connect", code)));
}

bool Connection::waits_for(http::TlsSession::Step step) {
  if (step == http::TlsSession::Step::WantRead) wait(EPOLLIN);
  if (step == http::TlsSession::Step::WantWrite) wait(EPOLLOUT);
  return step == http::TlsSession::Step::WantRead || step == http::TlsSession::Step::WantWrite;
}

void Connection::go_on_handshake() {
  const auto step = tls_->handshake();
  if (waits_for(step)) return;
  if (step == http::TlsSession::Step::Done) return end(Ok{});
  end(Error(ErrorCode::Corrupt, "tls: " + tls_->error()));
}

void Connection::go_on_write() {
  while (out_done_ < out_.size()) {
    size_t put = 0;
    if (tls_) {
      const auto step = tls_->write(out_.data() + out_done_, out_.size() - out_done_, put);
      if (waits_for(step)) return;
      if (step != http::TlsSession::Step::Done)
        return end(Error(ErrorCode::Unavailable, "write: " + tls_->error()));
    } else {
      const ssize_t sent = ::send(fd_, out_.data() + out_done_, out_.size() - out_done_, MSG_NOSIGNAL);
      if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return;
      if (sent < 0) return end(system_error("write", errno));
      put = static_cast<size_t>(sent);
    }
    out_done_ += put;
  }
  end(Ok{});
}

void Connection::go_on_read() {
  std::array<char, kReadBytes> bytes;
  size_t got = 0;
  Status status = Ok{};
  if (tls_) {
    const auto step = tls_->read(bytes.data(), bytes.size(), got);
    if (waits_for(step)) return;
    if (step == http::TlsSession::Step::Failed)
      status = Error(ErrorCode::Unavailable, "read: " + tls_->error());
  } else {
    const ssize_t size = ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size < 0) status = system_error("read", errno);
    got = size < 0 ? 0 : static_cast<size_t>(size);
  }
  operation_ = Operation::None;
  const Received received = std::exchange(received_, nullptr);
  received(status ? Result<std::string_view>(std::string_view(bytes.data(), got))
                  : Result<std::string_view>(status.error()));
}

void Connection::end(Status status) {
  operation_ = Operation::None;
  if (received_) {
    const Received received = std::exchange(received_, nullptr);
    return received(status ? Result<std::string_view>(std::string_view()) : status.error());
  }
  const Done done = std::exchange(done_, nullptr);
  if (done) done(std::move(status));
}

void Connection::post_end(Status status) {
  loop_.post([this, alive = std::weak_ptr<bool>(alive_), status = std::move(status)] {
    if (!alive.expired() && operation_ != Operation::None) end(status);
  });
}

void Connection::close() {
  if (watched_) loop_.unwatch(fd_);
  watched_ = false;
  // What was learnt of the handshake is read after the end, so the session stays; it does not close the
  // descriptor.
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  operation_ = Operation::None;
  done_ = nullptr;
  received_ = nullptr;
}

}  // namespace sonde::blackbox
