#include <vector>

#include "common/http_server/server.h"
#include "tests/unit/common/http_server/server_fixture.h"

using namespace sonde::http;        // NOLINT: a test reads better so
using namespace sonde::http::test;  // NOLINT

namespace {

void count_body(const Request& request, Responder responder) {
  responder.send(text_response(200, std::to_string(request.body.size())));
}

std::string post_head(size_t length) {
  return "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}

}  // namespace

TEST_SUITE("http_server/impl_request") {
  TEST_CASE("a body up to the limit is taken and one byte more is 413") {
    TestServer server({.body_bytes_max = 1000});
    server.server->route("POST", "/b", count_body);
    server.start();
    Client client(server.port);
    REQUIRE(client.send(post_head(1000) + std::string(1000, 'x')));
    CHECK(client.receive()->body == "1000");
    REQUIRE(client.send(post_head(1001) + std::string(1001, 'x')));
    const auto answer = client.receive();
    REQUIRE(answer);
    CHECK(answer->status == 413);
    CHECK(answer->body == "the request body is larger than 1000 bytes\n");
  }

  TEST_CASE("a body that announces to be huge is refused before it is read") {
    TestServer server({.body_bytes_max = 1000});
    server.server->route("POST", "/b", count_body);
    server.start();
    Client client(server.port);
    REQUIRE(client.send(post_head(10'000'000'000)));
    CHECK(client.receive()->status == 413);
    CHECK(client.closed_within(2s));
  }

  TEST_CASE("an endless body in chunks is refused or cut") {
    TestServer server({.body_bytes_max = 1000});
    server.server->route("POST", "/b", count_body);
    server.start();
    {
      Client client(server.port);
      REQUIRE(client.send("POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
      REQUIRE(client.send("3E9\r\n" + std::string(1001, 'x') + "\r\n0\r\n\r\n"));
      CHECK(client.receive()->status == 413);
    }
    Client client(server.port);
    REQUIRE(client.send("POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
    const std::string chunk = "10000\r\n" + std::string(65536, 'x') + "\r\n";
    bool open = true;
    for (int i = 0; i < 200 && open; ++i) open = client.send(chunk);
    CHECK_FALSE(open);
  }

  TEST_CASE("a flood of headers is 431") {
    TestServer server({.header_bytes_max = 8192});
    server.server->route("GET", "/b", count_body);
    server.start();
    for (const size_t bytes : {size_t{9000}, size_t{100'000}}) {
      CAPTURE(bytes);
      Client client(server.port);
      client.get("/b", "X-Flood: " + std::string(bytes, 'x') + "\r\n");
      const auto answer = client.receive();
      REQUIRE(answer);
      CHECK(answer->status == 431);
    }
    Client client(server.port);
    REQUIRE(client.get("/b", "X-Long: " + std::string(7000, 'x') + "\r\n"));
    CHECK(client.receive()->status == 200);
  }

  TEST_CASE("a request with two ways to end its body is 400") {
    TestServer server;
    server.server->route("POST", "/b", count_body);
    server.start();
    for (const char* headers : {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
                                "Content-Length: 3\r\nContent-Length: 4\r\n", "Content-Length: -3\r\n"}) {
      CAPTURE(headers);
      Client client(server.port);
      REQUIRE(client.send("POST /b HTTP/1.1\r\nHost: x\r\n" + std::string(headers) + "\r\nabc"));
      const auto answer = client.receive();
      REQUIRE(answer);
      CHECK(answer->status == 400);
    }
  }

  TEST_CASE("a request without a host is 400") {
    TestServer server;
    server.start();
    Client client(server.port);
    REQUIRE(client.send("GET / HTTP/1.1\r\n\r\n"));
    CHECK(client.receive()->status == 400);
  }

  TEST_CASE("a body that drips is cut when its time is over") {
    TestServer server({.request_time_max = std::chrono::seconds(1)});
    server.server->route("POST", "/b", count_body);
    server.start();
    Client client(server.port);
    REQUIRE(client.send(post_head(100'000)));
    const auto begun = std::chrono::steady_clock::now();
    bool open = true;
    while (open && std::chrono::steady_clock::now() - begun < 6s) {
      open = client.send("x") && !client.closed_within(100ms);
    }
    CHECK_FALSE(open);
    CHECK(std::chrono::steady_clock::now() - begun < 4s);
  }

}  // TEST_SUITE
