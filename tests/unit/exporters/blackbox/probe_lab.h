#pragma once
// A loop with all that a prober needs, and peers on loopback that say what a test scripts. The real servers
// are the end-to-end test's; here a prober meets what those never do.

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "common/core/clock.h"
#include "common/core/log.h"
#include "common/http_client/client.h"
#include "common/http_client/tls_session.h"
#include "exporters/blackbox/both_protocols.h"
#include "exporters/blackbox/probe.h"
#include "exporters/blackbox/prober.h"
#include "exporters/blackbox/resolver.h"

namespace sonde::blackbox {

// A socket bound to a free port of 127.0.0.1. The talk runs in a thread, once, with the listening (or
// datagram) socket.
class Peer {
 public:
  Peer(int type, std::function<void(int fd)> talk) : fd_(::socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    if (type == SOCK_STREAM) REQUIRE(::listen(fd_, 8) == 0);
    socklen_t size = sizeof address;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    if (talk) thread_ = std::thread([talk = std::move(talk), fd = fd_] { talk(fd); });
  }
  ~Peer() {
    if (thread_.joinable()) thread_.join();
    ::close(fd_);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  std::string target() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  int fd_;
  int port_ = 0;
  std::thread thread_;
};

// A stream peer that accepts once and gives the connection to `talk`.
inline std::function<void(int)> accepting(std::function<void(int)> talk) {
  return [talk = std::move(talk)](int listening) {
    const int fd = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
    talk(fd);
    ::close(fd);
  };
}

inline std::string receive_some(int fd) {
  char bytes[4096];
  const ssize_t size = ::recv(fd, bytes, sizeof bytes, 0);
  return std::string(bytes, size < 0 ? 0 : static_cast<size_t>(size));
}

inline void send_all(int fd, const std::string& bytes) {
  CHECK(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
}

// The query with the answer bit and a SOA record of serial 7 (RFC 1035).
inline std::string answer_of(std::string query) {
  query[2] = '\x80';
  query[7] = 1;
  using namespace std::string_literals;
  return query +
         "\xc0\x0c\0\x06\0\x01\0\0\0\x3c\0\x18\xc0\x0c\xc0\x0c\0\0\0\x07\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\0\0\x01"s;
}

struct ProbeLab {
  SystemClock clock;
  std::unique_ptr<loop::EventLoop> loop = std::move(*loop::EventLoop::make(clock));
  Logger logger{clock, -1};
  http::Client client{*loop, logger};
  http::TlsStores stores;
  exporter::WorkerPool workers;
  Resolver resolver{*loop, workers, stores};
  ProbeTools tools{.loop = *loop,
                   .clock = clock,
                   .http_client = client,
                   .resolver = resolver,
                   .tls_stores = stores,
                   .logger = logger,
                   .log_level = LogLevel::Error,
                   .failure_info = true,
                   .user_agent = "test"};

  static std::shared_ptr<const Module> module(const std::string& yaml) {
    auto out = std::make_shared<Module>();
    const Status loaded = yaml::load(yaml, "test", *out);
    CAPTURE(yaml);
    REQUIRE(loaded);
    return out;
  }

  // Runs one probe to its end.
  ProbeOutcome run(const std::string& yaml, const std::string& target, int timeout_ms = 5000) {
    std::optional<ProbeOutcome> out;
    bool running = false;
    const ProbeRequest request{.module = module(yaml),
                               .target = target,
                               .host_name = "",
                               .timeout = std::chrono::milliseconds(timeout_ms)};
    const auto done = [&](ProbeOutcome outcome) {
      out = std::move(outcome);
      if (running) loop->stop();
    };
    if (request.module->both_ip_protocols) {
      probe_both_protocols(tools, request, done);
    } else {
      find_prober(request.module->prober)
          ->start(std::make_shared<Probe>(tools, request.module, request.target, "", request.timeout, done));
    }
    running = true;
    if (!out) loop->run();
    REQUIRE(out);
    return std::move(*out);
  }
};

inline bool has(const ProbeOutcome& outcome, std::string_view line) {
  return outcome.page.find(std::string(line) + "\n") != std::string::npos;
}

}  // namespace sonde::blackbox
