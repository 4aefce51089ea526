#pragma once
// A stream connection of one probe: a TCP or unix socket, and TLS over it when asked for. One operation at a
// time; each calls back once, from the loop, unless close() comes before. Loop thread. The callbacks keep the
// prober alive, and close() lets go of them.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/core/result.h"
#include "common/http_client/tls_session.h"
#include "common/loop/event_loop.h"
#include "exporters/blackbox/socket_address.h"

namespace sonde::blackbox {

class Connection {
 public:
  using Done = std::function<void(Status)>;
  // The bytes are valid during the call; none means that the peer has ended the stream.
  using Received = std::function<void(Result<std::string_view>)>;

  explicit Connection(loop::EventLoop& loop) : loop_(loop) {}
  ~Connection() { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void dial(const SocketAddress& to, const std::optional<SocketAddress>& from, Done done);
  // `name` is what the certificate has to be for unless `config` names another.
  void start_tls(http::TlsStores& stores, const http::TlsConfig& config, const std::string& name, Done done);
  void write(std::string bytes, Done done);
  void read(Received received);
  void close();

  // Of the last handshake, also when it failed; nullptr when there was none.
  const http::TlsFacts* tls_facts() const { return tls_ ? &tls_->facts() : nullptr; }

 private:
  enum class Operation : uint8_t { None, Dial, Handshake, Write, Read };
  Status open(const SocketAddress& to, const std::optional<SocketAddress>& from);
  void begin(Operation operation, uint32_t events);
  void wait(uint32_t events);
  void go_on(uint32_t events);
  void finish_dial();
  void go_on_handshake();
  void go_on_write();
  void go_on_read();
  void end(Status status);
  void post_end(Status status);
  // The waiting for a step of TLS; false when the step is over.
  bool waits_for(http::TlsSession::Step step);

  loop::EventLoop& loop_;
  int fd_ = -1;
  bool watched_ = false;
  Operation operation_ = Operation::None;
  Done done_;
  Received received_;
  std::string out_;
  size_t out_done_ = 0;
  std::unique_ptr<http::TlsSession> tls_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // Shared, so that posted work sees our end.
};

}  // namespace sonde::blackbox
