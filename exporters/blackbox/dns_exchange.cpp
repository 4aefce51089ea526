#include "exporters/blackbox/dns_exchange.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "exporters/blackbox/connection.h"
#include "exporters/blackbox/dns_message.h"

namespace sonde::blackbox {
namespace {

constexpr size_t kLengthBytes = 2;

Error system_error(std::string_view what) {
  return Error(ErrorCode::Unavailable, std::string(what) + ": " + std::strerror(errno));
}

// What both transports share: times, the deadline, the end.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(loop::EventLoop& loop, DnsExchange exchange, std::function<void(DnsExchanged)> done)
      : loop_(loop), exchange_(std::move(exchange)), done_(std::move(done)) {}
  virtual ~Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  void start() {
    begin_ns_ = loop_.clock().monotonic_ns();
    timer_ = loop_.at(exchange_.deadline_monotonic_ns, [self = shared_from_this()] {
      self->timer_ = loop::TimerId::None;
      self->end(Error(ErrorCode::DeadlineExceeded, "i/o timeout"));
    });
    open();
  }

 protected:
  virtual void open() = 0;
  virtual void close() = 0;

  void connected() {
    connected_ns_ = loop_.clock().monotonic_ns();
    phase_ = "request";
  }

  void end(Result<std::string> answer) {
    const auto self = shared_from_this();  // The callbacks below may be the last to hold it.
    if (!done_) return;
    loop_.cancel(timer_);
    const int64_t now_ns = loop_.clock().monotonic_ns();
    DnsExchanged result{.answer = std::move(answer), .phase = phase_};
    const int64_t connected_ns = connected_ns_ == 0 ? now_ns : connected_ns_;
    result.connect_seconds = static_cast<double>(connected_ns - begin_ns_) / 1e9;
    result.request_seconds = static_cast<double>(now_ns - connected_ns) / 1e9;
    close();
    std::exchange(done_, nullptr)(std::move(result));
  }

  loop::EventLoop& loop_;
  const DnsExchange exchange_;
  std::function<void(DnsExchanged)> done_;
  std::string_view phase_ = "connect";

 private:
  int64_t begin_ns_ = 0;
  int64_t connected_ns_ = 0;
  loop::TimerId timer_ = loop::TimerId::None;
};

class UdpExchange final : public Exchange {
 public:
  using Exchange::Exchange;
  ~UdpExchange() override {
    if (fd_ >= 0) ::close(fd_);
  }

 private:
  void open() override {
    // What fails here is told from the loop, as all else is.
    if (auto sent = send(); !sent) {
      loop_.post([self = shared_from_this(), this, error = sent.error()] { end(error); });
    }
  }

  Status send() {
    fd_ = ::socket(exchange_.server.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0) return system_error("socket");
    if (exchange_.source && ::bind(fd_, exchange_.source->get(), exchange_.source->size) != 0)
      return system_error("bind");
    if (::connect(fd_, exchange_.server.get(), exchange_.server.size) != 0) return system_error("connect");
    connected();
    if (::send(fd_, exchange_.query.data(), exchange_.query.size(), 0) < 0) return system_error("write");
    phase_ = "response";
    auto watched = loop_.watch(fd_, EPOLLIN, [self = shared_from_this(), this](uint32_t) { receive(); });
    watched_ = watched.ok();
    return watched;
  }

  void receive() {
    std::array<char, kDnsMessageBytesMax> bytes;
    const ssize_t size = ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size < 0) return end(system_error("read"));
    const std::string_view message(bytes.data(), static_cast<size_t>(size));
    // Somebody else's, or an answer to an earlier query of this port.
    if (read_dns_id(message) != read_dns_id(exchange_.query)) return;
    end(std::string(message));
  }

  void close() override {
    if (watched_) loop_.unwatch(fd_);
    watched_ = false;
  }

  int fd_ = -1;
  bool watched_ = false;
};

class StreamExchange final : public Exchange {
 public:
  StreamExchange(loop::EventLoop& loop, http::TlsStores& stores, DnsExchange exchange,
                 std::function<void(DnsExchanged)> done)
      : Exchange(loop, std::move(exchange), std::move(done)), stores_(stores), connection_(loop) {}

 private:
  void open() override {
    connection_.dial(exchange_.server, exchange_.source,
                     [self = shared_from_this(), this](const Status& dialled) {
                       if (!dialled) return end(dialled.error());
                       if (exchange_.tls_config == nullptr) return send();
                       start_tls();
                     });
  }

  void start_tls() {
    phase_ = "tls";
    connection_.start_tls(stores_, *exchange_.tls_config, exchange_.server_name,
                          [self = shared_from_this(), this](const Status& done) {
                            if (!done) return end(done.error());
                            send();
                          });
  }

  void send() {
    connected();
    std::string framed;
    framed += static_cast<char>(exchange_.query.size() >> 8);
    framed += static_cast<char>(exchange_.query.size() & 0xFF);
    framed += exchange_.query;
    connection_.write(std::move(framed), [self = shared_from_this(), this](const Status& sent) {
      if (!sent) return end(sent.error());
      phase_ = "response";
      receive();
    });
  }

  void receive() {
    connection_.read([self = shared_from_this(), this](Result<std::string_view> bytes) {
      if (!bytes) return end(bytes.error());
      if (bytes->empty()) return end(Error(ErrorCode::Truncated, "EOF"));
      received_ += *bytes;
      const auto length = read_dns_id(received_);  // two bytes, too
      if (!length || received_.size() < kLengthBytes + *length) return receive();
      std::string message = received_.substr(kLengthBytes, *length);
      if (read_dns_id(message) != read_dns_id(exchange_.query)) {
        return end(Error(ErrorCode::Corrupt, "dns: id mismatch"));
      }
      end(std::move(message));
    });
  }

  void close() override { connection_.close(); }

  http::TlsStores& stores_;
  Connection connection_;
  std::string received_;
};

}  // namespace

void exchange_dns(loop::EventLoop& loop, http::TlsStores& stores, DnsExchange exchange,
                  std::function<void(DnsExchanged)> done) {
  if (exchange.stream) {
    return std::make_shared<StreamExchange>(loop, stores, std::move(exchange), std::move(done))->start();
  }
  std::make_shared<UdpExchange>(loop, std::move(exchange), std::move(done))->start();
}

}  // namespace sonde::blackbox
