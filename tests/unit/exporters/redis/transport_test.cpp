#include "exporters/redis/transport.h"

#include "tests/unit/exporters/redis/scripted_server.h"

namespace sonde::redis {

TEST_SUITE("redis/transport") {
  TEST_CASE("bytes go both ways and the end is an error") {
    ScriptedServer server([](const ScriptedServer::Peer& peer) { peer.say("<" + peer.hear() + ">"); });
    SystemClock clock;
    const int64_t until = clock.monotonic_ns() + 10'000'000'000;
    const auto transport = Transport::connect(server.address(), {}, until, clock);
    REQUIRE(transport);
    REQUIRE((*transport)->write("abc", until));
    std::string heard;
    std::array<char, 2> bytes{};
    while (heard.size() < 5) {
      const auto length = (*transport)->read(bytes, until);
      REQUIRE(length);
      heard.append(bytes.data(), *length);
    }
    CHECK(heard == "<abc>");
    CHECK((*transport)->read(bytes, until).error().message() == "Server closed the connection");
  }

  TEST_CASE("nobody there and no time left are errors that say where") {
    SystemClock clock;
    const int64_t until = clock.monotonic_ns() + 10'000'000'000;
    Address address;
    address.host = "127.0.0.1";
    address.port = 1;
    CHECK(Transport::connect(address, {}, until, clock).error().message() ==
          "dial 127.0.0.1:1: Connection refused");
    address.socket = "/nowhere/redis.sock";
    CHECK(Transport::connect(address, {}, until, clock).error().message() ==
          "dial /nowhere/redis.sock: No such file or directory");
    address.socket = std::string(200, 'x');
    CHECK(Transport::connect(address, {}, until, clock).error().code() == ErrorCode::InvalidArgument);
    ScriptedServer server([](const ScriptedServer::Peer& peer) { peer.hear(); });
    CHECK(Transport::connect(server.address(), {}, clock.monotonic_ns(), clock).error().code() ==
          ErrorCode::DeadlineExceeded);
  }

  TEST_CASE("a server that speaks no TLS is refused and one that says nothing is left in time") {
    SystemClock clock;
    {
      ScriptedServer server([](const ScriptedServer::Peer& peer) {
        peer.hear();
        peer.say("-ERR Protocol error\r\n");
      });
      Address address = server.address();
      address.tls = true;
      const auto refused = Transport::connect(address, {}, clock.monotonic_ns() + 10'000'000'000, clock);
      REQUIRE_FALSE(refused);
      CHECK(refused.error().message().find("tls: ") != std::string::npos);
    }
    ScriptedServer silent([](const ScriptedServer::Peer& peer) {
      peer.hear();
      peer.hear();
    });
    Address address = silent.address();
    address.tls = true;
    CHECK(Transport::connect(address, {}, clock.monotonic_ns() + 50'000'000, clock).error().code() ==
          ErrorCode::DeadlineExceeded);
  }
}

}  // namespace sonde::redis
