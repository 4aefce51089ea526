#include "common/http_server/exchange.h"

#include <vector>

#include "tests/unit/common/http_server/server_fixture.h"

using namespace sonde::http;        // NOLINT: a test reads better so
using namespace sonde::http::test;  // NOLINT

TEST_SUITE("http_server/exchange") {
  TEST_CASE("a handler may answer later from another thread") {
    std::vector<std::thread> threads;  // The loop's thread's until the server has ended.
    {
      TestServer server;
      server.server->route("GET", "/", [&](const Request& request, Responder responder) {
        auto held = std::make_shared<Responder>(std::move(responder));
        threads.emplace_back([held, path = request.path] {
          std::this_thread::sleep_for(5ms);
          held->send(text_response(200, path));
        });
      });
      server.start();
      std::vector<Client> clients;
      for (int i = 0; i < 20; ++i) {
        clients.emplace_back(server.port);
        REQUIRE(clients.back().get("/" + std::to_string(i)));
      }
      for (int i = 0; i < 20; ++i) {
        const auto answer = clients[static_cast<size_t>(i)].receive();
        REQUIRE(answer);
        CHECK(answer->body == "/" + std::to_string(i));
      }
    }
    for (std::thread& thread : threads) thread.join();
  }

  TEST_CASE("a responder that is dropped answers 500") {
    TestServer server;
    server.server->route("GET", "/", [](const Request&, const Responder&) {});
    server.start();
    Client client(server.port);
    REQUIRE(client.get("/"));
    CHECK(client.receive()->status == 500);
  }

  TEST_CASE("a client that hangs up cancels its request") {
    TestServer server;
    std::promise<std::shared_ptr<Responder>> got;
    server.server->route("GET", "/", [&](const Request&, Responder responder) {
      got.set_value(std::make_shared<Responder>(std::move(responder)));
    });
    server.start();
    Client client(server.port);
    REQUIRE(client.get("/"));
    const std::shared_ptr<Responder> responder = got.get_future().get();
    std::this_thread::sleep_for(20ms);
    CHECK_FALSE(responder->cancelled());
    client.close();
    for (int i = 0; i < 200 && !responder->cancelled(); ++i) std::this_thread::sleep_for(5ms);
    CHECK(responder->cancelled());
    responder->send(text_response(200, "nobody reads this"));
  }

  TEST_CASE("an answer after the end of the server goes nowhere") {
    std::shared_ptr<Responder> responder;
    {
      TestServer server;
      std::promise<std::shared_ptr<Responder>> got;
      server.server->route("GET", "/", [&](const Request&, Responder to) {
        got.set_value(std::make_shared<Responder>(std::move(to)));
      });
      server.start();
      Client client(server.port);
      REQUIRE(client.get("/"));
      responder = got.get_future().get();
    }
    responder->send(text_response(200, "too late"));
  }

}  // TEST_SUITE
