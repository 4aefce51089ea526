#include "common/http_server/impl.h"

#include <fcntl.h>
#include <gnutls/abstract.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <utility>

#include "common/core/check.h"
#include "common/http_server/address.h"

namespace sonde::http {
namespace {

constexpr int kAcceptsPerRound = 64;
constexpr std::chrono::milliseconds kDescriptorPause{200};  // after the descriptors have run out
constexpr std::chrono::milliseconds kCrowdPause{20};        // while nobody can be spared
// The library's own bookkeeping in a connection's memory, besides the header as received.
constexpr size_t kConnectionOverheadBytes = 4096;

// The library does not start without a certificate or this. Every connection gets its own before it could be
// asked, so that a certificate may change while the server runs.
int no_certificate(gnutls_session_t, const gnutls_datum_t*, int, const gnutls_pk_algorithm_t*, int,
                   gnutls_pcert_st**, unsigned*, gnutls_privkey_t*) {
  return -1;
}

bool somebody_waits(int listener) {
  pollfd ready{.fd = listener, .events = POLLIN, .revents = 0};
  return ::poll(&ready, 1, 0) == 1;
}

void apply_tls(Connection& connection) {
  const auto* info = ::MHD_get_connection_info(connection.handle, MHD_CONNECTION_INFO_GNUTLS_SESSION);
  check(info != nullptr && info->tls_session != nullptr, "a connection has its TLS session from the start");
  connection.tls->apply(static_cast<gnutls_session_t>(info->tls_session));
}

Connection& connection_of(MHD_Connection* handle) {
  const MHD_ConnectionInfo* info = ::MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return *static_cast<Connection*>(info->socket_context);
}

}  // namespace

Server::Impl::Impl(loop::EventLoop& loop, Logger& logger, ServerOptions options)
    : loop_(loop),
      logger_(logger),
      options_(std::move(options)),
      desk_(std::make_shared<AnswerDesk>(
          loop, [this](const std::shared_ptr<Responder::Exchange>& exchange) { deliver(exchange); })) {}

Server::Impl::~Impl() {
  desk_->close();
  closing_ = true;
  for (const loop::TimerId timer : {timer_, accept_timer_, scan_timer_, grace_timer_}) loop_.cancel(timer);
  close_listeners();
  if (daemon_ == nullptr) return;
  loop_.unwatch(daemon_fd_);
  // The library refuses to end with suspended connections.
  for (auto& [handle, connection] : connections_) resume(*connection);
  ::MHD_run(daemon_);
  ::MHD_stop_daemon(daemon_);
}

Status Server::Impl::start_daemon() {
  unsigned flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
  std::vector<MHD_OptionItem> items;
  const auto number = [&items](MHD_OPTION option, intptr_t value) {
    items.push_back({option, value, nullptr});
  };
  number(MHD_OPTION_CONNECTION_MEMORY_LIMIT,
         static_cast<intptr_t>(options_.header_bytes_max + kConnectionOverheadBytes));
  number(MHD_OPTION_CONNECTION_LIMIT, static_cast<intptr_t>(options_.connections_max) + 1);
  number(MHD_OPTION_CONNECTION_TIMEOUT, static_cast<intptr_t>(options_.idle_timeout.count()));
  number(MHD_OPTION_STRICT_FOR_CLIENT, 1);
  if (options_.tls) {
    flags |= MHD_USE_TLS;
    items.push_back({MHD_OPTION_HTTPS_CERT_CALLBACK, 0, reinterpret_cast<void*>(&no_certificate)});
  }
  items.push_back({MHD_OPTION_END, 0, nullptr});
  daemon_ = ::MHD_start_daemon(flags, 0, nullptr, nullptr, &Impl::on_request, this,
                               MHD_OPTION_EXTERNAL_LOGGER, &Impl::on_log, this,   // first, the library says
                               MHD_OPTION_URI_LOG_CALLBACK, &Impl::on_uri, this,  //
                               MHD_OPTION_NOTIFY_CONNECTION, &Impl::on_connection, this,  //
                               MHD_OPTION_NOTIFY_COMPLETED, &Impl::on_completed, this,    //
                               MHD_OPTION_ARRAY, items.data(), MHD_OPTION_END);
  if (daemon_ == nullptr) {
    return Error(ErrorCode::Unavailable, "cannot start the HTTP server");
  }
  daemon_fd_ = ::MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
  return loop_.watch(daemon_fd_, EPOLLIN, [this](uint32_t) { run_daemon(); });
}

Status Server::Impl::listen_on(int fd) {
  if (daemon_ == nullptr) {
    auto started = start_daemon();
    if (!started) {
      ::close(fd);
      return started;
    }
  }
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);  // What systemd hands over may block.
  auto watched = loop_.watch(fd, EPOLLIN, [this, fd](uint32_t) { accept_clients(fd); });
  if (!watched) {
    ::close(fd);
    return watched;
  }
  listeners_.push_back(fd);
  addresses.push_back(local_address(fd));
  return Ok{};
}

// --- The library on our loop.

void Server::Impl::run_daemon() {
  const uint64_t progress = progress_;
  in_daemon_ = true;
  desk_->bind_thread();
  ::MHD_run(daemon_);
  in_daemon_ = false;
  tls_in_use_.clear();
  if (stopping_ && connections_.empty()) {
    finish_stop();
    return;
  }
  if (progress == progress_ && !connections_.empty()) scan_later();
  arm_timer();
}

void Server::Impl::arm_timer() {
  MHD_UNSIGNED_LONG_LONG wait_ms = 0;
  if (::MHD_get_timeout(daemon_, &wait_ms) != MHD_YES) return;
  run_daemon_at(loop_.clock().monotonic_ns() + static_cast<int64_t>(wait_ms) * 1'000'000);
}

void Server::Impl::run_daemon_at(int64_t monotonic_ns) {
  // A timer that runs too early costs less than moving it with every request.
  if (timer_ != loop::TimerId::None && timer_at_ns_ <= monotonic_ns) return;
  loop_.cancel(timer_);
  timer_at_ns_ = monotonic_ns;
  timer_ = loop_.at(monotonic_ns, [this] {
    timer_ = loop::TimerId::None;
    run_daemon();
  });
}

void Server::Impl::on_log(void* cls, const char* format, va_list arguments) {
  auto& self = *static_cast<Impl*>(cls);
  if (!self.logger_.enabled(LogLevel::Debug)) return;
  std::array<char, 512> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  self.logger_.debug("http server", {{"detail", text.data()}});
}

// --- Clients.

void Server::Impl::accept_clients(int listener) {
  for (int i = 0; i < kAcceptsPerRound; ++i) {
    if (accepted_count_ >= options_.connections_max) {
      if (!somebody_waits(listener)) break;
      pause_accepting(true);  // The others wait in the kernel's queue until a connection ends.
      if (!make_room()) accept_again_after(kCrowdPause);
      break;
    }
    if (!accept_one(listener)) break;
  }
  run_daemon();
}

bool Server::Impl::accept_one(int listener) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  const int fd =
      ::accept4(listener, reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) {
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ++accepted_count_;
    if (::MHD_add_connection(daemon_, fd, reinterpret_cast<const sockaddr*>(&address), size) != MHD_YES) {
      --accepted_count_;  // The library has closed it.
    }
    return true;
  }
  const int failure = errno;  // What follows may change it.
  if (failure == EMFILE || failure == ENFILE || failure == ENOBUFS || failure == ENOMEM) {
    logger_.warn("cannot accept a connection, pausing", {{"err", std::strerror(failure)}});
    pause_accepting(true);
    accept_again_after(kDescriptorPause);
  }
  return failure == ECONNABORTED || failure == EINTR;
}

void Server::Impl::accept_again_after(std::chrono::milliseconds pause) {
  loop_.cancel(accept_timer_);
  accept_timer_ = loop_.after(pause, [this] { pause_accepting(false); });
}

void Server::Impl::close_listeners() {
  for (const int fd : listeners_) {
    loop_.unwatch(fd);
    ::close(fd);
  }
  listeners_.clear();
  for (const std::string& file : socket_files) ::unlink(file.c_str());
  socket_files.clear();
}

void Server::Impl::pause_accepting(bool paused) {
  if (accepting_ == !paused) return;
  accepting_ = !paused;
  for (const int fd : listeners_) {
    const auto changed = loop_.rewatch(fd, paused ? 0U : uint32_t{EPOLLIN});
    if (!changed) logger_.error("cannot watch a listener", {{"err", changed.error().message()}});
  }
}

void Server::Impl::on_connection(void* cls, MHD_Connection* handle, void** context,
                                 MHD_ConnectionNotificationCode code) {
  auto& self = *static_cast<Impl*>(cls);
  if (code == MHD_CONNECTION_NOTIFY_STARTED) {
    auto connection = std::make_unique<Connection>();
    connection->handle = handle;
    connection->fd = ::MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    connection->remote_address =
        write_address(::MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr);
    connection->since_ns = self.loop_.clock().monotonic_ns();
    if (self.options_.tls) {
      connection->bytes_at_rest = -1;  // The handshake is no request.
      connection->tls = self.options_.tls();
      apply_tls(*connection);
    }
    *context = connection.get();
    self.connections_.emplace(handle, std::move(connection));
    return;
  }
  auto& connection = *static_cast<Connection*>(*context);
  if (connection.exchange) {
    connection.exchange->cancel();
    connection.exchange->connection = nullptr;
  }
  if (connection.suspended) self.loop_.unwatch(connection.fd);
  // The library ends the session after this, and the session refers to the policy.
  if (connection.tls) self.tls_in_use_.push_back(std::move(connection.tls));
  self.drop_body(connection);
  self.connections_.erase(handle);
  --self.accepted_count_;
  if (!self.accepting_ && !self.stopping_ && !self.closing_) self.pause_accepting(false);
}

// --- Stopping.

void Server::Impl::stop(std::chrono::milliseconds grace, loop::Callback stopped) {
  check(!stopping_, "a server is stopped once");
  stopping_ = true;
  stopped_ = std::move(stopped);
  close_listeners();
  for (auto& [handle, connection] : connections_) {
    if (connection->stage == Connection::Stage::Waiting) cut(*connection);
  }
  grace_timer_ = loop_.after(grace, [this] {
    closing_ = true;
    for (auto& [handle, connection] : connections_) {
      resume(*connection);
      cut(*connection);
    }
    run_daemon();
    if (!connections_.empty()) finish_stop();
  });
  if (connections_.empty()) finish_stop();
}

void Server::Impl::finish_stop() {
  if (!stopped_) return;
  loop_.cancel(grace_timer_);
  loop_.post(std::exchange(stopped_, nullptr));
}

// --- Library callbacks that only forward.

void* Server::Impl::on_uri(void*, const char* uri, MHD_Connection* handle) {
  Connection& connection = connection_of(handle);
  connection.stage = Connection::Stage::Waiting;
  connection.request = Request{};
  connection.request.raw_path = uri;
  return &connection;
}

MHD_Result Server::Impl::on_request(void* cls, MHD_Connection* handle, const char*, const char* method,
                                    const char*, const char* data, size_t* data_bytes, void**) {
  auto& self = *static_cast<Impl*>(cls);
  if (self.closing_) return MHD_NO;
  Connection& connection = connection_of(handle);
  switch (connection.stage) {
    case Connection::Stage::Waiting:
      return self.begin(connection, method);
    case Connection::Stage::Body:
      return *data_bytes > 0 ? self.take_body(connection, data, data_bytes) : self.dispatch(connection);
    case Connection::Stage::Dispatched:
      return self.queue(connection, connection.exchange->take_response());
    case Connection::Stage::Answered:
      break;  // A body that is still coming although the answer is known.
  }
  *data_bytes = 0;
  return MHD_YES;
}

void Server::Impl::on_completed(void* cls, MHD_Connection* handle, void**, MHD_RequestTerminationCode) {
  auto& self = *static_cast<Impl*>(cls);
  Connection& connection = connection_of(handle);
  if (connection.exchange) {
    connection.exchange->cancel();
    connection.exchange->connection = nullptr;
    connection.exchange.reset();
  }
  connection.stage = Connection::Stage::Waiting;
  connection.request = Request{};
  connection.body_bytes = 0;
  connection.begun_ns = 0;
  connection.bytes_at_rest = -1;
  connection.since_ns = self.loop_.clock().monotonic_ns();
  connection.served = true;
  self.drop_body(connection);
  if (self.stopping_) ::shutdown(connection.fd, SHUT_RD);
}

}  // namespace sonde::http
