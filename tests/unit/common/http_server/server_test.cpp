#include "common/http_server/server.h"

#include "tests/unit/common/http_server/server_fixture.h"

using namespace sonde::http;        // NOLINT: a test reads better so
using namespace sonde::http::test;  // NOLINT

namespace {

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

  TEST_CASE("routes stand below the prefix and requests keep it") {
    TestServer server({.route_prefix = "/a/b"});
    server.server->route("GET", "/x/", [](const Request& request, Responder responder) {
      responder.send(text_response(200, request.path));
    });
    server.start();
    Client client(server.port);
    REQUIRE(client.get("/a/b/x/y"));
    CHECK(client.receive()->body == "/a/b/x/y");
    for (const char* outside : {"/x/", "/a/bx/", "/", "/a/b"}) {
      REQUIRE(client.get(outside));
      CHECK(client.receive()->status == 404);
    }
  }

  TEST_CASE("a page brings the headers that protect it") {
    TestServer server;
    server.server->route("GET", "/",
                         [](const Request&, Responder responder) { responder.send(html_response("<p>")); });
    server.start();
    Client client(server.port);
    REQUIRE(client.get("/"));
    const auto answer = client.receive();
    REQUIRE(answer);
    CHECK(answer->has("X-Content-Type-Options: nosniff\r\n"));
    CHECK(answer->has("X-Frame-Options: sameorigin\r\n"));
    CHECK(answer->has("Content-Security-Policy: "));
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

}  // TEST_SUITE
