#include <vector>

#include "common/http_server/impl.h"
#include "tests/unit/common/http_server/server_fixture.h"

using namespace sonde::http;        // NOLINT: a test reads better so
using namespace sonde::http::test;  // NOLINT

namespace {

void count_body(const Request& request, Responder responder) {
  responder.send(text_response(200, std::to_string(request.body.size())));
}

// Holds its requests until it is told to answer.
struct Holder {
  Handler handler() {
    return [this](const Request&, Responder responder) {
      const std::lock_guard lock(mutex);
      held.push_back(std::make_shared<Responder>(std::move(responder)));
    };
  }
  void wait_for(size_t count) {
    for (int i = 0; i < 400; ++i) {
      {
        const std::lock_guard lock(mutex);
        if (held.size() >= count) return;
      }
      std::this_thread::sleep_for(5ms);
    }
    FAIL("the requests do not arrive");
  }
  std::mutex mutex;
  std::vector<std::shared_ptr<Responder>> held;
};

std::string post(size_t length) {
  return "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}

}  // namespace

TEST_SUITE("http_server/impl_limits") {
  TEST_CASE("a header that drips is cut when its time is over although it never rests") {
    TestServer server({.request_time_max = std::chrono::seconds(1)});
    server.start();
    Client client(server.port);
    REQUIRE(client.send("GET / HTTP/1.1\r\n"));
    const auto begun = std::chrono::steady_clock::now();
    bool open = true;
    while (open && std::chrono::steady_clock::now() - begun < 6s) {
      open = client.send("X: y\r\n") && !client.closed_within(100ms);
    }
    CHECK_FALSE(open);
    CHECK(std::chrono::steady_clock::now() - begun > 900ms);
    CHECK(std::chrono::steady_clock::now() - begun < 4s);
  }

  TEST_CASE("a kept connection that rests between requests is not cut by the request time") {
    TestServer server({.request_time_max = std::chrono::seconds(1)});
    server.server->route("GET", "/b", count_body);
    server.start();
    Client client(server.port);
    REQUIRE(client.get("/b"));
    REQUIRE(client.receive());
    CHECK_FALSE(client.closed_within(2500ms));
    REQUIRE(client.get("/b"));
    CHECK(client.receive()->status == 200);
  }

  TEST_CASE("past the connection limit those who wait for an answer keep their place") {
    Holder holder;
    TestServer server({.connections_max = 2});
    server.server->route("GET", "/hold", holder.handler());
    server.server->route("GET", "/b", count_body);
    server.start();
    Client first(server.port);
    Client second(server.port);
    REQUIRE(first.get("/hold"));
    REQUIRE(second.get("/hold"));
    holder.wait_for(2);
    Client third(server.port);
    REQUIRE(third.get("/b"));
    CHECK_FALSE(third.receive(false, 200ms));
    holder.held[0]->send(text_response(200, "late"));
    holder.held[1]->send(text_response(200, "late"));
    CHECK(first.receive().has_value());
    CHECK(second.receive().has_value());
    const auto answer = third.receive();
    REQUIRE(answer);
    CHECK(answer->status == 200);
  }

  TEST_CASE("a new client takes the place of one that never asked before one that rests") {
    TestServer server({.connections_max = 3});
    server.server->route("GET", "/b", count_body);
    server.start();
    Client resting(server.port);
    REQUIRE(resting.get("/b"));
    REQUIRE(resting.receive());
    Client silent(server.port);
    Client dripping(server.port);
    REQUIRE(dripping.send("GET /b HT"));
    std::this_thread::sleep_for(20ms);
    Client fresh(server.port);
    REQUIRE(fresh.get("/b"));
    CHECK(fresh.receive().has_value());
    CHECK(silent.closed_within(1s));
    Client another(server.port);
    REQUIRE(another.get("/b"));
    CHECK(another.receive().has_value());
    CHECK(dripping.closed_within(1s));
    REQUIRE(resting.get("/b"));
    CHECK(resting.receive().has_value());
  }

  TEST_CASE("clients that do not read their answers keep nobody out") {
    TestServer server({.connections_max = 2});
    server.server->route("GET", "/large", [](const Request&, Responder responder) {
      responder.send(text_response(200, std::string(32 << 20, 'x')));  // More than the sockets hold.
    });
    server.server->route("GET", "/b", count_body);
    server.start();
    Client first(server.port);
    Client second(server.port);
    REQUIRE(first.get("/large"));
    REQUIRE(second.get("/large"));
    std::this_thread::sleep_for(300ms);
    Client third(server.port);
    REQUIRE(third.get("/b"));
    CHECK(third.receive(false, 2s).has_value());
  }

  TEST_CASE("a crowd that never asks keeps nobody out") {
    TestServer server({.connections_max = 32});
    server.server->route("GET", "/b", count_body);
    server.start();
    std::vector<Client> crowd;
    for (int i = 0; i < 300; ++i) {
      crowd.emplace_back(server.port);
      if (i % 50 != 0) continue;
      Client client(server.port);
      REQUIRE(client.get("/b"));
      CHECK(client.receive(false, 1s).has_value());
    }
  }

  TEST_CASE("bodies past the limit of all of them cut the oldest") {
    TestServer server({.body_bytes_max = 100'000, .all_bodies_bytes_max = 300'000});
    server.server->route("POST", "/b", count_body);
    server.start();
    std::vector<Client> slow;
    for (int i = 0; i < 3; ++i) {
      slow.emplace_back(server.port);
      REQUIRE(slow.back().send(post(100'000) + std::string(90'000, 'x')));
      std::this_thread::sleep_for(20ms);
    }
    Client whole(server.port);
    REQUIRE(whole.send(post(80'000) + std::string(80'000, 'x')));
    const auto answer = whole.receive();
    REQUIRE(answer);
    CHECK(answer->body == "80000");
    CHECK(slow[0].closed_within(1s));
    REQUIRE(slow[1].send(std::string(10'000, 'x')));
    REQUIRE(slow[1].receive());
    REQUIRE(slow[2].send(std::string(10'000, 'x')));
    REQUIRE(slow[2].receive());
    // What was answered counts no more.
    for (int i = 0; i < 10; ++i) {
      REQUIRE(whole.send(post(100'000) + std::string(100'000, 'x')));
      REQUIRE(whole.receive());
    }
  }
}  // TEST_SUITE
