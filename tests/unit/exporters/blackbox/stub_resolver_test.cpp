#include "exporters/blackbox/stub_resolver.h"

#include <doctest/doctest.h>

#include <atomic>

#include "tests/unit/exporters/blackbox/probe_lab.h"

namespace sonde::blackbox {
namespace {

using namespace std::string_literals;

// A name server that answers `count` questions by `answer`, which gets the name in wire form and the type.
class NameServer {
 public:
  using Answer = std::function<std::string(const std::string& name, char type)>;
  NameServer(int count, Answer answer)
      : peer_(SOCK_DGRAM, [this, count, answer = std::move(answer)](int fd) {
          for (int i = 0; i < count; ++i) {
            char bytes[512];
            sockaddr_in from{};
            socklen_t size = sizeof from;
            const ssize_t got =
                ::recvfrom(fd, bytes, sizeof bytes, 0, reinterpret_cast<sockaddr*>(&from), &size);
            ++questions;
            const std::string query(bytes, static_cast<size_t>(got));
            const std::string name = query.substr(12, query.size() - 16);
            const std::string records = answer(name, query[query.size() - 3]);
            if (records == "silence") continue;
            std::string message = query;
            message[2] = '\x80';
            if (records == "no such name") {
              message[3] = 3;
            } else if (records == "failure") {
              message[3] = 2;
            } else if (!records.empty()) {
              message[7] = 1;
              message += records;
            }
            ::sendto(fd, message.data(), message.size(), 0, reinterpret_cast<const sockaddr*>(&from), size);
          }
        }) {}
  SocketAddress address() const {
    const auto parts = split_host_port(peer_.target());
    return *to_socket_address(parts->host, parts->port);
  }
  std::atomic<int> questions{0};

 private:
  Peer peer_;
};

const std::string kIp4 = "\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x01"s;  // 192.0.2.1

std::string ask(ProbeLab& lab, std::vector<std::string> names, std::vector<SocketAddress> servers,
                int deadline_ms = 5000) {
  std::string out;
  StubQuestion question{.names = std::move(names),
                        .servers = std::move(servers),
                        .timeout_seconds = 1,
                        .attempts = 1,
                        .deadline_monotonic_ns = lab.clock.monotonic_ns() + int64_t{deadline_ms} * 1'000'000};
  ask_servers(*lab.loop, lab.stores, std::move(question), [&](Result<std::vector<std::string>> found) {
    if (found) {
      for (const std::string& address : *found) out += address + " ";
    } else {
      out = "error: " + found.error().message();
    }
    lab.loop->stop();
  });
  lab.loop->run();
  return out;
}

}  // namespace

TEST_SUITE("blackbox/stub_resolver") {
  TEST_CASE("both families are asked for and the addresses come back") {
    NameServer server(2, [](const std::string& name, char type) {
      CHECK(name ==
            "\x01"
            "a\x04test\0"s);
      return type == 1 ? kIp4 : ""s;
    });
    ProbeLab lab;
    CHECK(ask(lab, {"a.test"}, {server.address()}) == "192.0.2.1 ");
    CHECK(server.questions == 2);
  }

  TEST_CASE("a name that is not there is followed by the next") {
    NameServer server(4, [](const std::string& name, char type) {
      if (name.starts_with("\x01"
                           "a"))
        return "no such name"s;
      return type == 1 ? kIp4 : ""s;
    });
    ProbeLab lab;
    CHECK(ask(lab, {"a", "b"}, {server.address()}) == "192.0.2.1 ");
    NameServer none(2, [](const std::string&, char) { return "no such name"s; });
    CHECK(ask(lab, {"a"}, {none.address()}) == "error: no such host");
  }

  TEST_CASE("a server that fails or is silent is followed by the next") {
    NameServer failing(2, [](const std::string&, char) { return "failure"s; });
    NameServer silent(2, [](const std::string&, char) { return "silence"s; });
    NameServer good(2, [](const std::string&, char type) { return type == 1 ? kIp4 : ""s; });
    ProbeLab lab;
    CHECK(ask(lab, {"a"}, {failing.address(), silent.address(), good.address()}) == "192.0.2.1 ");
  }

  TEST_CASE("nobody answers until the deadline") {
    NameServer silent(2, [](const std::string&, char) { return "silence"s; });
    ProbeLab lab;
    CHECK(ask(lab, {"a"}, {silent.address()}, 100) == "error: i/o timeout");
  }
}

}  // namespace sonde::blackbox
