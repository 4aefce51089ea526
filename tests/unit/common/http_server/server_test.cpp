#include "common/http_server/server.h"

#include <atomic>
#include <vector>

#include "common/io/gzip.h"
#include "tests/unit/common/http_server/server_fixture.h"

using namespace sonde::http;        // NOLINT: a test reads better so
using namespace sonde::http::test;  // NOLINT

namespace {

constexpr size_t kBodyBytesMax = 1 << 20;

Handler say(std::string text) {
  return [text = std::move(text)](const Request&, Responder responder) {
    responder.send(text_response(200, text));
  };
}

// Answers with what it was asked.
void echo(const Request& request, Responder responder) {
  std::string out = request.method + "|" + request.path + "|" + request.raw_path + "|";
  for (const Parameter& parameter : request.query) out += parameter.name + "=" + parameter.value + ";";
  responder.send(text_response(200, out + "|" + request.body));
}

}  // namespace

TEST_SUITE("http_server/server") {
  TEST_CASE("a kept connection answers one request after the other") {
    TestServer server;
    server.server->route("GET", "/a", say("first"));
    server.server->route("GET", "/b", say("second"));
    server.start();
    Client client(server.port);
    for (int i = 0; i < 20; ++i) {
      REQUIRE(client.get(i % 2 == 0 ? "/a" : "/b"));
      const auto answer = client.receive();
      REQUIRE(answer);
      CHECK(answer->status == 200);
      CHECK(answer->body == (i % 2 == 0 ? "first" : "second"));
    }
  }

  TEST_CASE("pipelined requests are answered in order") {
    TestServer server;
    server.server->route("GET", "/", echo);
    server.start();
    Client client(server.port);
    std::string all;
    for (int i = 0; i < 10; ++i) all += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
    REQUIRE(client.send(all));
    for (int i = 0; i < 10; ++i) {
      const auto answer = client.receive();
      REQUIRE(answer);
      const std::string path = "/" + std::to_string(i);
      CHECK(answer->body == "GET|" + path + "|" + path + "||");
    }
  }

  TEST_CASE("HEAD has the headers of GET and no body") {
    TestServer server;
    server.server->route("GET", "/a", say("12345"));
    server.start();
    Client client(server.port);
    REQUIRE(client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n"));
    auto answer = client.receive(true);
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->has("Content-Length: 5\r\n"));
    // The next answer follows at once: nothing of a body stands between.
    REQUIRE(client.get("/a"));
    answer = client.receive();
    REQUIRE(answer);
    CHECK(answer->body == "12345");
  }

  TEST_CASE("an unknown path is 404 and an unknown method 405 with the allowed ones") {
    TestServer server;
    server.server->route("PUT POST", "/a", say(""));
    server.start();
    Client client(server.port);
    REQUIRE(client.get("/b"));
    CHECK(client.receive()->status == 404);
    REQUIRE(client.get("/a"));
    const auto answer = client.receive();
    CHECK(answer->status == 405);
    CHECK(answer->has("Allow: PUT, POST\r\n"));
  }

  TEST_CASE("the path is decoded, the raw path is kept and the query read as Go does") {
    TestServer server;
    server.server->route("GET", "/", echo);
    server.start();
    Client client(server.port);
    REQUIRE(client.get("/m/a%2Fb%20c?x=1+2&x=%26&bad=%zz&e"));
    CHECK(client.receive()->body == "GET|/m/a/b c|/m/a%2Fb%20c|x=1 2;x=&;e=;|");
    REQUIRE(client.get("/m/%4"));
    CHECK(client.receive()->status == 400);
  }

  TEST_CASE("the values of a form stand before those of the URL") {
    TestServer server;
    server.server->route("POST", "/q", echo);
    server.start();
    Client client(server.port);
    REQUIRE(
        client.send("POST /q?a=url HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n"
                    "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n\r\na=form&b=%"));
    CHECK(client.receive()->body == "POST|/q|/q|a=form;a=url;|a=form&b=%");
  }

  TEST_CASE("a body in chunks arrives whole") {
    TestServer server;
    server.server->route("PUT", "/q", echo);
    server.start();
    Client client(server.port);
    REQUIRE(client.send("PUT /q HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"));
    REQUIRE(client.send("1\r\n!\r\n0\r\n\r\n"));
    CHECK(client.receive()->body == "PUT|/q|/q||hello!");
  }

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

  TEST_CASE("a large answer is compressed for a client that takes gzip and only for that") {
    TestServer server;
    std::string page;
    for (int i = 0; i < 3000; ++i) page += "node_cpu_seconds_total{cpu=\"" + std::to_string(i) + "\"} 1\n";
    server.server->route("GET", "/m", say(page));
    server.start();
    Client client(server.port);
    // Twice, because the context is used again.
    for (int i = 0; i < 2; ++i) {
      REQUIRE(client.get("/m", "Accept-Encoding: deflate, gzip;q=0.5\r\n"));
      const auto answer = client.receive();
      REQUIRE(answer);
      CHECK(answer->has("Content-Encoding: gzip\r\n"));
      CHECK(answer->has("Vary: Accept-Encoding\r\n"));
      CHECK(answer->body.size() < page.size() / 4);
      const auto text = sonde::io::gunzip(answer->body, kBodyBytesMax);
      REQUIRE(text);
      CHECK(*text == page);
    }
    REQUIRE(client.get("/m", "Accept-Encoding: gzip;q=0\r\n"));
    const auto plain = client.receive();
    CHECK_FALSE(plain->has("Content-Encoding"));
    CHECK(plain->body == page);
  }

  TEST_CASE("a streamed body arrives whole and compressed where wanted") {
    TestServer server;
    server.server->route("GET", "/s", [](const Request&, Responder responder) {
      Response response;
      response.body = "[";
      response.source = [i = 0](std::string& out) mutable -> sonde::Result<bool> {
        for (int k = 0; k < 100; ++k) out += std::to_string(i++) + ",";
        return i < 100'000;
      };
      responder.send(std::move(response));
    });
    server.start();
    std::string whole = "[";
    for (int i = 0; i < 100'000; ++i) whole += std::to_string(i) + ",";
    Client client(server.port);
    REQUIRE(client.get("/s"));
    CHECK(client.receive()->body == whole);
    REQUIRE(client.get("/s", "Accept-Encoding: gzip\r\n"));
    const auto answer = client.receive();
    REQUIRE(answer);
    const auto text = sonde::io::gunzip(answer->body, 4 * kBodyBytesMax);
    REQUIRE(text);
    CHECK(*text == whole);
  }

  TEST_CASE("an error of a streamed body cuts the connection") {
    TestServer server;
    server.server->route("GET", "/s", [](const Request&, Responder responder) {
      Response response;
      response.body = "some";
      response.source = [](std::string&) -> sonde::Result<bool> {
        return sonde::Error(sonde::ErrorCode::Io, "broken on purpose");
      };
      responder.send(std::move(response));
    });
    server.start();
    Client client(server.port);
    REQUIRE(client.get("/s"));
    CHECK_FALSE(client.receive());
    CHECK(client.closed_within(2s));
  }

  TEST_CASE("a filter may answer in the place of the route and add headers") {
    struct Guard final : RequestFilter {
      void filter(Request request, Responder responder, const Handler& next) override {
        responder.add_header("X-Guard", "yes");
        if (request.header("x-key") == "open") return next(std::move(request), std::move(responder));
        responder.send(text_response(401, "no\n"));
      }
    };
    Guard guard;
    TestServer server;
    server.server->route("GET", "/a", say("inside"));
    server.server->set_filter(&guard);
    server.start();
    Client client(server.port);
    REQUIRE(client.get("/unknown"));
    auto answer = client.receive();
    CHECK(answer->status == 401);
    CHECK(answer->has("X-Guard: yes\r\n"));
    REQUIRE(client.get("/a", "X-Key: open\r\n"));
    answer = client.receive();
    CHECK(answer->body == "inside");
    CHECK(answer->has("X-Guard: yes\r\n"));
  }

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

  // The library's own epoll thread stalls when exactly 128 (or 256) sockets are ready at once.
  TEST_CASE("all of 128 and 256 kept connections that are ready at once are answered") {
    for (const size_t count : {size_t{127}, size_t{128}, size_t{256}}) {
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

}  // TEST_SUITE
