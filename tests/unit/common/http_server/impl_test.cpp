#include "common/http_server/impl.h"

#include <sys/resource.h>

#include <vector>

#include "tests/unit/common/http_server/server_fixture.h"

using namespace sonde::http;        // NOLINT: a test reads better so
using namespace sonde::http::test;  // NOLINT

namespace {

Handler say(std::string text) {
  return [text = std::move(text)](const Request&, Responder responder) {
    responder.send(text_response(200, text));
  };
}

void count_body(const Request& request, Responder responder) {
  responder.send(text_response(200, std::to_string(request.body.size())));
}

}  // namespace

TEST_SUITE("http_server/impl") {
  TEST_CASE("stopping lets a request in flight finish and closes idle connections at once") {
    TestServer server;
    std::promise<std::shared_ptr<Responder>> got;
    server.server->route("GET", "/", [&](const Request&, Responder responder) {
      got.set_value(std::make_shared<Responder>(std::move(responder)));
    });
    server.start();
    Client idle(server.port);
    Client busy(server.port);
    REQUIRE(busy.get("/"));
    const std::shared_ptr<Responder> responder = got.get_future().get();
    std::promise<void> stopped;
    auto done = stopped.get_future();
    server.stop(5s, stopped);
    CHECK(idle.closed_within(1s));
    CHECK(done.wait_for(0s) == std::future_status::timeout);
    responder->send(text_response(200, "late"));
    const auto answer = busy.receive();
    REQUIRE(answer);
    CHECK(answer->body == "late");
    CHECK(answer->has("Connection: close\r\n"));
    CHECK(done.wait_for(2s) == std::future_status::ready);
  }

  TEST_CASE("stopping does not wait longer than its grace") {
    TestServer server;
    std::promise<std::shared_ptr<Responder>> got;
    server.server->route("GET", "/", [&](const Request&, Responder responder) {
      got.set_value(std::make_shared<Responder>(std::move(responder)));
    });
    server.start();
    Client busy(server.port);
    REQUIRE(busy.get("/"));
    const std::shared_ptr<Responder> responder = got.get_future().get();
    std::promise<void> stopped;
    auto done = stopped.get_future();
    server.stop(50ms, stopped);
    CHECK(done.wait_for(2s) == std::future_status::ready);
    CHECK(responder->cancelled());
  }

  // The library's own epoll thread stalls when exactly 128 (or 256) sockets are ready at once.
  TEST_CASE("all of 128 and 256 and 384 kept connections that are ready at once are answered") {
    for (const size_t count : {size_t{127}, size_t{128}, size_t{256}, size_t{384}}) {
      CAPTURE(count);
      TestServer server;
      server.server->route("GET", "/slow", [](const Request&, Responder responder) {
        std::this_thread::sleep_for(200ms);  // Blocks the loop, so that the others pile up.
        responder.send(text_response(200, "slow"));
      });
      server.server->route("GET", "/fast", say("fast"));
      server.start();
      std::vector<Client> clients;
      for (size_t i = 0; i < count; ++i) {
        clients.emplace_back(server.port);
        REQUIRE(clients.back().get("/fast"));
        REQUIRE(clients.back().receive());
      }
      Client slow(server.port);
      REQUIRE(slow.get("/slow"));
      std::this_thread::sleep_for(20ms);
      for (const Client& client : clients) REQUIRE(client.get("/fast"));
      const auto begun = std::chrono::steady_clock::now();
      for (Client& client : clients) {
        const auto answer = client.receive(false, 2s);
        REQUIRE(answer);
        CHECK(answer->body == "fast");
      }
      CHECK(std::chrono::steady_clock::now() - begun < 1500ms);
    }
  }

  TEST_CASE("an idle connection is closed after the idle timeout") {
    TestServer server({.idle_timeout = std::chrono::seconds(1)});
    server.server->route("GET", "/b", count_body);
    server.start();
    Client client(server.port);
    REQUIRE(client.get("/b"));
    REQUIRE(client.receive());
    CHECK(client.closed_within(4s));
  }

  TEST_CASE("five hundred connections are served side by side") {
    rlimit files{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
    if (files.rlim_cur < 1200) {
      files.rlim_cur = files.rlim_max;
      ::setrlimit(RLIMIT_NOFILE, &files);
    }
    TestServer server;
    server.server->route("GET", "/b", count_body);
    server.start();
    std::vector<Client> clients;
    for (int i = 0; i < 500; ++i) clients.emplace_back(server.port);
    for (const Client& client : clients) REQUIRE(client.get("/b"));
    for (Client& client : clients) REQUIRE(client.receive());
  }

}  // TEST_SUITE
