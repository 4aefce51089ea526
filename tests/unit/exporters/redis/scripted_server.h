#pragma once
// A TCP server on loopback for tests of the client: it takes one connection at a time, reads what is said to
// it once, and then runs a script that may say anything. Its thread ends with it.

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "exporters/redis/client.h"

namespace sonde::redis {

class ScriptedServer {
 public:
  // One connection as the script sees it.
  class Peer {
   public:
    Peer(int fd, const std::atomic<bool>& ending) : fd_(fd), ending_(ending) {}
    // What the client sends next, at most 4 KiB of it.
    std::string hear() const {
      std::array<char, 4096> bytes{};
      const ssize_t length = ::recv(fd_, bytes.data(), bytes.size(), 0);
      return {bytes.data(), length > 0 ? static_cast<size_t>(length) : 0};
    }
    // False when the client has gone or the test ends.
    bool say(std::string_view text) const {
      while (!text.empty() && !ending_) {
        const ssize_t length = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
        if (length <= 0) return false;
        text.remove_prefix(static_cast<size_t>(length));
      }
      return text.empty();
    }

   private:
    int fd_;
    const std::atomic<bool>& ending_;
  };
  using Script = std::function<void(const Peer&)>;

  explicit ScriptedServer(Script script) : script_(std::move(script)) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(fd_, generic, size) == 0);
    REQUIRE(::listen(fd_, 8) == 0);
    REQUIRE(::getsockname(fd_, generic, &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~ScriptedServer() {
    ending_ = true;
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  Address address() const {
    Address out;
    out.host = "127.0.0.1";
    out.port = port_;
    return out;
  }

 private:
  void serve() {
    while (!ending_) {
      const int peer = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
      if (peer < 0) return;
      script_(Peer(peer, ending_));
      ::close(peer);
    }
  }

  Script script_;
  int fd_ = -1;
  uint16_t port_ = 0;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace sonde::redis
