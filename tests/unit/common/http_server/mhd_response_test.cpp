#include "common/http_server/mhd_response.h"

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

}  // namespace

TEST_SUITE("http_server/mhd_response") {
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

}  // TEST_SUITE
