#pragma once
// A server on a free loopback port with its loop on a thread of its own, and a raw client: what goes over the
// wire is written and read byte by byte.

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "common/core/number_text.h"
#include "common/http_server/server.h"

namespace sonde::http::test {

using namespace std::chrono_literals;

class TestServer {
 public:
  explicit TestServer(ServerOptions options = {}) : logger_(clock_, STDERR_FILENO) {
    logger_.set(LogLevel::Error, LogFormat::Logfmt);
    auto made = loop::EventLoop::make(clock_);
    REQUIRE(made);
    loop_ = std::move(*made);
    server = std::make_unique<Server>(*loop_, logger_, std::move(options));
  }
  ~TestServer() {
    loop_->stop();
    if (thread_.joinable()) thread_.join();
    server.reset();
  }

  // After the routes.
  void start() {
    const auto listening = server->listen("127.0.0.1:0");
    REQUIRE(listening);
    const std::string& address = server->addresses().front();
    port = static_cast<uint16_t>(*parse_unsigned(address.substr(address.rfind(':') + 1)));
    thread_ = std::thread([this] { loop_->run(); });
  }
  void stop(std::chrono::milliseconds grace, std::promise<void>& stopped) {
    loop_->post([this, grace, &stopped] { server->stop(grace, [&stopped] { stopped.set_value(); }); });
  }
  loop::EventLoop& loop() { return *loop_; }

  std::unique_ptr<Server> server;
  uint16_t port = 0;

 private:
  SystemClock clock_;
  Logger logger_;
  std::unique_ptr<loop::EventLoop> loop_;
  std::thread thread_;
};

struct Answer {
  int status = 0;
  std::string head;  // status line and headers
  std::string body;
  bool has(std::string_view header) const { return head.find(header) != std::string::npos; }
};

class Client {
 public:
  explicit Client(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  ~Client() { close(); }
  Client(Client&& other) noexcept : fd_(std::exchange(other.fd_, -1)), pending_(std::move(other.pending_)) {}
  Client& operator=(Client&&) = delete;

  // False once the server has closed.
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  bool get(std::string_view path, std::string_view headers = "") const {
    return send("GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + std::string(headers) + "\r\n");
  }

  // One whole response; nullopt when the server closes first or says nothing for `timeout`.
  std::optional<Answer> receive(bool head_only = false, std::chrono::milliseconds timeout = 5s) {
    while (pending_.find("\r\n\r\n") == std::string::npos) {
      if (!read_more(timeout)) return std::nullopt;
    }
    Answer answer;
    const size_t end = pending_.find("\r\n\r\n") + 4;
    answer.head = pending_.substr(0, end);
    pending_.erase(0, end);
    answer.status = static_cast<int>(parse_integer(answer.head.substr(9, 3)).value_or(0));
    if (head_only) return answer;
    if (answer.has("Transfer-Encoding: chunked")) return receive_chunks(std::move(answer), timeout);
    const size_t at = answer.head.find("Content-Length: ");
    if (at == std::string::npos) return answer;
    const std::string rest = answer.head.substr(at + 16);
    const auto length = parse_unsigned(rest.substr(0, rest.find('\r'))).value_or(0);
    while (pending_.size() < length) {
      if (!read_more(timeout)) return std::nullopt;
    }
    answer.body = pending_.substr(0, length);
    pending_.erase(0, length);
    return answer;
  }

  // True when the server closes within the time.
  bool closed_within(std::chrono::milliseconds timeout) {
    const auto end = std::chrono::steady_clock::now() + timeout;
    while (std::chrono::steady_clock::now() < end) {
      if (!read_more(std::chrono::duration_cast<std::chrono::milliseconds>(
              end - std::chrono::steady_clock::now()))) {
        return closed_;
      }
    }
    return false;
  }

  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  bool read_more(std::chrono::milliseconds timeout) {
    pollfd ready{.fd = fd_, .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, static_cast<int>(timeout.count())) <= 0) return false;
    std::string piece(65536, '\0');
    const ssize_t length = ::recv(fd_, piece.data(), piece.size(), 0);
    closed_ = length <= 0;
    if (closed_) return false;
    pending_.append(piece, 0, static_cast<size_t>(length));
    return true;
  }

  std::optional<Answer> receive_chunks(Answer answer, std::chrono::milliseconds timeout) {
    for (;;) {
      size_t line_end = 0;
      while ((line_end = pending_.find("\r\n")) == std::string::npos) {
        if (!read_more(timeout)) return std::nullopt;
      }
      const size_t size = std::stoul(pending_.substr(0, line_end), nullptr, 16);
      while (pending_.size() < line_end + 2 + size + 2) {
        if (!read_more(timeout)) return std::nullopt;
      }
      answer.body.append(pending_, line_end + 2, size);
      pending_.erase(0, line_end + 2 + size + 2);
      if (size == 0) return answer;
    }
  }

  int fd_;
  std::string pending_;
  bool closed_ = false;
};

}  // namespace sonde::http::test
