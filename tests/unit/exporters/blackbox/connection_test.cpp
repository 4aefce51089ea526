#include "exporters/blackbox/connection.h"

#include <doctest/doctest.h>

#include "tests/unit/exporters/blackbox/probe_lab.h"

namespace sonde::blackbox {

TEST_SUITE("blackbox/connection") {
  TEST_CASE("what is written arrives and what comes is read to its end") {
    const Peer peer(SOCK_STREAM, accepting([](int fd) { send_all(fd, receive_some(fd) + "!"); }));
    ProbeLab lab;
    Connection connection(*lab.loop);
    std::string got;
    bool ended = false;
    std::function<void()> read = [&] {
      connection.read([&](Result<std::string_view> bytes) {
        REQUIRE(bytes);
        got += *bytes;
        ended = bytes->empty();
        if (ended) return lab.loop->stop();
        read();
      });
    };
    const auto port = split_host_port(peer.target())->port;
    connection.dial(*to_socket_address("127.0.0.1", port), {}, [&](const Status& dialled) {
      REQUIRE(dialled);
      connection.write("hello", [&](const Status& sent) {
        REQUIRE(sent);
        read();
      });
    });
    lab.loop->run();
    CHECK(got == "hello!");
    CHECK(ended);
    connection.close();
  }

  TEST_CASE("a connection that is closed calls nobody back") {
    ProbeLab lab;
    int calls = 0;
    Connection connection(*lab.loop);
    connection.dial(*to_socket_address("127.0.0.1", "1"), {}, [&](const Status&) { ++calls; });
    connection.close();
    lab.loop->after(std::chrono::milliseconds(20), [&] { lab.loop->stop(); });
    lab.loop->run();
    CHECK(calls == 0);
  }
}

}  // namespace sonde::blackbox
