#include "common/http_client/client.h"

#include <doctest/doctest.h>
#include <unistd.h>
#include <zlib.h>

#include <fstream>
#include <optional>

#include "common/core/clock.h"
#include "common/loop/event_loop.h"
#include "tests/unit/common/http_client/scripted_server.h"

namespace http = sonde::http;
namespace loop = sonde::loop;
using sonde::ErrorCode;
using sonde::Logger;
using sonde::Result;
using sonde::SystemClock;
using sonde::testing::closed_port;
using sonde::testing::Peer;
using sonde::testing::ScriptedServer;

namespace {

// A client on a loop that runs while a request is out.
struct Fixture {
  SystemClock clock;
  Logger logger{clock, STDERR_FILENO};
  std::unique_ptr<loop::EventLoop> loop = *loop::EventLoop::make(clock);
  std::unique_ptr<http::Client> client = std::make_unique<http::Client>(*loop, logger);
  http::ClientConfig config;

  Result<http::FetchResponse> fetch(http::FetchRequest request) {
    std::optional<Result<http::FetchResponse>> out;
    client->fetch(std::move(request), std::make_shared<const http::ClientConfig>(config),
                  [&](Result<http::FetchResponse> result) {
                    out = std::move(result);
                    loop->stop();
                  });
    CHECK_FALSE(out.has_value());  // Never from within fetch().
    loop->run();
    return *std::move(out);
  }
  Result<http::FetchResponse> get(const std::string& url) { return fetch({.url = url}); }
};

std::string gzip(std::string_view text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

constexpr std::string_view kGzipHeaders = "Content-Type: text/plain\r\nContent-Encoding: gzip\r\n";

}  // namespace

TEST_SUITE("http_client/client") {
  TEST_CASE("an answer has its status and headers and body") {
    ScriptedServer server(ScriptedServer::replies([](Peer& peer, const std::string&) {
      peer.answer("503 Go Away", "later", "Content-Type: text/x\r\nX-A: 1\r\nx-a: 2\r\n");
    }));
    Fixture fixture;
    auto result = fixture.get(server.url());
    REQUIRE(result);
    CHECK(result->status == 503);
    CHECK(result->status_text == "503 Go Away");
    CHECK(result->body == "later");
    CHECK(result->header("CONTENT-TYPE") == "text/x");
    CHECK(result->header("X-a") == "1");
    CHECK(result->header("absent").empty());
  }

  TEST_CASE("a connection is used again") {
    ScriptedServer server(
        ScriptedServer::replies([](Peer& peer, const std::string&) { peer.answer("200 OK", "a 1\n"); }));
    Fixture fixture;
    for (int i = 0; i < 5; ++i) REQUIRE(fixture.get(server.url()));
    CHECK(server.connections() == 1);
  }

  TEST_CASE("the request carries what was asked for") {
    std::string seen;
    ScriptedServer server(ScriptedServer::replies([&](Peer& peer, const std::string& request) {
      seen = request;
      peer.answer("200 OK", "");
    }));
    Fixture fixture;
    http::FetchRequest request{.url = server.url("/a?b=c%20d"), .headers = {{"X-One", "1"}, {"X-Empty", ""}}};
    request.accept_gzip = true;
    REQUIRE(fixture.fetch(request));
    CHECK(seen.starts_with("GET /a?b=c%20d HTTP/1.1\r\n"));
    CHECK(seen.find("\r\nX-One: 1\r\n") != std::string::npos);
    CHECK(seen.find("\r\nX-Empty:\r\n") != std::string::npos);
    CHECK(seen.find("\r\nAccept-Encoding: gzip\r\n") != std::string::npos);
    CHECK(seen.find("Authorization") == std::string::npos);
  }

  TEST_CASE("a body is posted with its length") {
    std::string seen;
    ScriptedServer server(ScriptedServer::replies([&](Peer& peer, const std::string& request) {
      seen = request;
      peer.answer("200 OK", "");
    }));
    Fixture fixture;
    REQUIRE(fixture.fetch(
        {.url = server.url(), .method = "POST", .headers = {{"Content-Type", "a/b"}}, .body = "xyz"}));
    CHECK(seen.starts_with("POST "));
    CHECK(seen.find("Content-Length: 3\r\n") != std::string::npos);
    CHECK(seen.ends_with("\r\n\r\nxyz"));
  }

  TEST_CASE("gzip is decoded also in several members") {
    const std::string body(100'000, 'x');
    ScriptedServer server(ScriptedServer::replies([&](Peer& peer, const std::string&) {
      peer.answer("200 OK", gzip(body) + gzip("tail"), kGzipHeaders);
    }));
    Fixture fixture;
    auto result = fixture.fetch({.url = server.url(), .accept_gzip = true});
    REQUIRE(result);
    CHECK(result->body == body + "tail");
  }

  TEST_CASE("gzip cut anywhere is an error") {
    const std::string whole = gzip("a 1\nb 2\n");
    size_t length = 0;
    ScriptedServer server(ScriptedServer::replies([&](Peer& peer, const std::string&) {
      peer.answer("200 OK", whole.substr(0, length), kGzipHeaders);
    }));
    Fixture fixture;
    for (; length < whole.size(); ++length) {
      CAPTURE(length);
      CHECK_FALSE(fixture.fetch({.url = server.url(), .accept_gzip = true}));
    }
  }

  TEST_CASE("what is not gzip is an error where gzip is announced") {
    ScriptedServer server(ScriptedServer::replies(
        [](Peer& peer, const std::string&) { peer.answer("200 OK", "plain text", kGzipHeaders); }));
    Fixture fixture;
    auto result = fixture.fetch({.url = server.url(), .accept_gzip = true});
    REQUIRE_FALSE(result);
    CHECK(result.error().code() == ErrorCode::Corrupt);
  }

  TEST_CASE("reaching the body limit is too much and one byte less is not") {
    std::string body = "0123456789";
    bool compressed = false;
    ScriptedServer server(ScriptedServer::replies([&](Peer& peer, const std::string&) {
      if (compressed) {
        peer.answer("200 OK", gzip(body), kGzipHeaders);
      } else {
        peer.answer("200 OK", body);
      }
    }));
    Fixture fixture;
    for (const bool with_gzip : {false, true}) {
      CAPTURE(with_gzip);
      compressed = with_gzip;
      auto over = fixture.fetch({.url = server.url(), .body_bytes_max = 10, .accept_gzip = true});
      REQUIRE_FALSE(over);
      CHECK(over.error().code() == ErrorCode::LimitExceeded);
      CHECK(over.error().message() == "body size limit exceeded");
      CHECK(fixture.fetch({.url = server.url(), .body_bytes_max = 11, .accept_gzip = true}));
    }
    body.assign(50'000'000, '0');  // A bomb: 50 kB that become 50 MB.
    CHECK(fixture.fetch({.url = server.url(), .body_bytes_max = 1000, .accept_gzip = true}).error().code() ==
          ErrorCode::LimitExceeded);
  }

  TEST_CASE("a refused connection is told in the usual words") {
    Fixture fixture;
    const std::string address = "127.0.0.1:" + std::to_string(closed_port());
    auto result = fixture.get("http://" + address + "/metrics");
    REQUIRE_FALSE(result);
    CHECK(result.error().message() ==
          "Get \"http://" + address + "/metrics\": dial tcp " + address + ": connect: connection refused");
  }

  TEST_CASE("a slow answer ends at the deadline") {
    ScriptedServer server([](Peer& peer) {
      peer.read_request();
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
      peer.wait_for_end();
    });
    Fixture fixture;
    auto result = fixture.fetch({.url = server.url(), .timeout = std::chrono::milliseconds(150)});
    REQUIRE_FALSE(result);
    CHECK(result.error().code() == ErrorCode::DeadlineExceeded);
    CHECK(result.error().message() == "Get \"" + server.url() + "\": context deadline exceeded");
  }

  TEST_CASE("an endless body ends at the limit") {
    ScriptedServer server([](Peer& peer) {
      peer.read_request();
      peer.send("HTTP/1.1 200 OK\r\n\r\n");
      const std::string piece(65536, 'x');
      while (!peer.stopping() && peer.send(piece)) {
      }
    });
    Fixture fixture;
    auto result = fixture.fetch({.url = server.url(), .body_bytes_max = 10'000'000});
    REQUIRE_FALSE(result);
    CHECK(result.error().code() == ErrorCode::LimitExceeded);
  }

  TEST_CASE("a body that is cut short is an error") {
    ScriptedServer server([](Peer& peer) {
      peer.read_request();
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
    });
    Fixture fixture;
    auto result = fixture.get(server.url());
    REQUIRE_FALSE(result);
    CHECK(result.error().message() == "unexpected EOF");
  }

  TEST_CASE("nonsense and silence are errors") {
    ScriptedServer nonsense([](Peer& peer) {
      peer.read_request();
      peer.send("!!!\r\n\r\n");
    });
    ScriptedServer silence([](Peer& peer) { peer.read_request(); });
    Fixture fixture;
    CHECK_FALSE(fixture.get(nonsense.url()));
    auto result = fixture.get(silence.url());
    REQUIRE_FALSE(result);
    CHECK(result.error().message() == "Get \"" + silence.url() + "\": EOF");
    CHECK_FALSE(fixture.get("file:///etc/passwd"));
    CHECK_FALSE(fixture.get("not a url"));
  }

  TEST_CASE("redirects are followed with credentials on the same host only") {
    std::string seen;
    ScriptedServer other(ScriptedServer::replies([&](Peer& peer, const std::string& request) {
      seen = request;
      peer.answer("200 OK", "other");
    }));
    ScriptedServer server(ScriptedServer::replies([&](Peer& peer, const std::string& request) {
      if (request.starts_with("GET /away ")) {
        peer.answer("302 Found", "", "Location: " + other.url("/there") + "\r\n");
      } else if (request.starts_with("GET /here ")) {
        peer.answer("307 Temporary Redirect", "", "Location: relative?x=1\r\n");
      } else {
        seen = request;
        peer.answer("200 OK", "same");
      }
    }));
    Fixture fixture;
    fixture.config.basic_auth.username.text = "Aladdin";
    fixture.config.basic_auth.password.text = "open sesame";
    fixture.config.http_headers.push_back({.name = "X-Secret", .values = {}, .secrets = {"s"}, .files = {}});
    auto away = fixture.get(server.url("/away"));
    REQUIRE(away);
    CHECK(away->body == "other");
    CHECK(seen.find("Authorization") == std::string::npos);
    CHECK(seen.find("X-Secret") == std::string::npos);
    auto here = fixture.get(server.url("/here"));
    REQUIRE(here);
    CHECK(here->body == "same");
    CHECK(seen.starts_with("GET /relative?x=1 "));
    CHECK(seen.find("Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n") !=
          std::string::npos);  // RFC 7617, 2
    CHECK(seen.find("X-Secret: s\r\n") != std::string::npos);

    fixture.config.follow_redirects = false;
    CHECK(fixture.get(server.url("/away"))->status == 302);
  }

  TEST_CASE("a circle of redirects ends") {
    ScriptedServer server(ScriptedServer::replies(
        [](Peer& peer, const std::string&) { peer.answer("301 Moved", "", "Location: /metrics\r\n"); }));
    Fixture fixture;
    auto result = fixture.get(server.url());
    REQUIRE_FALSE(result);
    CHECK(result.error().message().ends_with("stopped after 10 redirects"));
  }

  TEST_CASE("a password file is read again when it changes") {
    std::string seen;
    ScriptedServer server(ScriptedServer::replies([&](Peer& peer, const std::string& request) {
      seen = request;
      peer.answer("200 OK", "");
    }));
    const std::string path = "/tmp/sonde_http_client_test." + std::to_string(::getpid());
    std::ofstream(path) << "first\n";
    Fixture fixture;
    fixture.config.authorization.credentials.file = path;
    REQUIRE(fixture.get(server.url()));
    CHECK(seen.find("Authorization: Bearer first\r\n") != std::string::npos);
    std::ofstream(path) << "second one\n";
    REQUIRE(fixture.get(server.url()));
    CHECK(seen.find("Authorization: Bearer second one\r\n") != std::string::npos);
    ::unlink(path.c_str());
    auto gone = fixture.get(server.url());
    REQUIRE_FALSE(gone);
    CHECK(gone.error().message().find(path) != std::string::npos);
  }

  TEST_CASE("a unix socket is dialled instead of the host") {
    const std::string path = "/tmp/sonde_http_client_test.sock." + std::to_string(::getpid());
    ScriptedServer server(
        path, ScriptedServer::replies([](Peer& peer, const std::string&) { peer.answer("200 OK", "unix"); }));
    Fixture fixture;
    auto result = fixture.fetch({.url = "http://localhost/metrics", .unix_socket = path});
    REQUIRE(result);
    CHECK(result->body == "unix");
    ::unlink(path.c_str());
  }

  TEST_CASE("a proxy gets the whole address") {
    std::string seen;
    ScriptedServer proxy(ScriptedServer::replies([&](Peer& peer, const std::string& request) {
      seen = request;
      peer.answer("200 OK", "proxied");
    }));
    Fixture fixture;
    fixture.config.proxy_url = "http://" + proxy.address();
    auto result = fixture.get("http://example.invalid:81/x");
    REQUIRE(result);
    CHECK(result->body == "proxied");
    CHECK(seen.starts_with("GET http://example.invalid:81/x HTTP/1.1\r\n"));
  }

  TEST_CASE("a repeated request asks the same each time and sees what has changed in the answers") {
    std::vector<std::string> seen;
    std::mutex mutex;
    ScriptedServer server(ScriptedServer::replies([&](Peer& peer, const std::string& request) {
      const std::lock_guard lock(mutex);
      seen.push_back(request);
      const size_t count = seen.size();
      if (count == 2) {
        peer.answer("500 Internal Server Error", "broken");
      } else if (count == 3) {
        peer.answer("200 OK", gzip(std::string(50'000, 'x')), "Content-Encoding: gzip\r\n");
      } else {
        peer.answer("200 OK", "answer " + std::to_string(count));
      }
    }));
    Fixture fixture;
    fixture.config.authorization.credentials.text = "secret";
    http::RepeatedRequest request(
        {.url = server.url(), .headers = {{"X-Of-Caller", "kept"}}, .accept_gzip = true},
        std::make_shared<const http::ClientConfig>(fixture.config));
    std::vector<std::string> bodies;
    for (int i = 0; i < 5; ++i) {
      fixture.client->fetch(request, [&](Result<http::FetchResponse> result) {
        REQUIRE(result);
        bodies.push_back(std::to_string(result->status) + " " + result->body);
        fixture.client->recycle(std::move(result->body));
        fixture.loop->stop();
      });
      fixture.loop->run();
    }
    CHECK(bodies == std::vector<std::string>{"200 answer 1", "500 broken", "200 " + std::string(50'000, 'x'),
                                             "200 answer 4", "200 answer 5"});
    for (const std::string& one : seen) CHECK(one == seen.front());
    CHECK(seen.front().find("Authorization: Bearer secret\r\n") != std::string::npos);
    CHECK(seen.front().find("X-Of-Caller: kept\r\n") != std::string::npos);
  }

  TEST_CASE("a repeated request starts at its own address again after a redirect") {
    std::vector<std::string> seen;
    std::mutex mutex;
    ScriptedServer server(ScriptedServer::replies([&](Peer& peer, const std::string& request) {
      const std::lock_guard lock(mutex);
      seen.push_back(request.substr(0, request.find(" HTTP")));
      if (seen.back() == "GET /old") {
        peer.answer("302 Found", "", "Location: /new\r\n");
      } else {
        peer.answer("200 OK", "found");
      }
    }));
    Fixture fixture;
    http::RepeatedRequest request({.url = server.url("/old")},
                                  std::make_shared<const http::ClientConfig>(fixture.config));
    for (int i = 0; i < 2; ++i) {
      fixture.client->fetch(request, [&](Result<http::FetchResponse> result) {
        CHECK((result && result->body == "found"));
        fixture.loop->stop();
      });
      fixture.loop->run();
    }
    CHECK(seen == std::vector<std::string>{"GET /old", "GET /new", "GET /old", "GET /new"});
  }

  TEST_CASE("a repeated request reads a password file anew") {
    const std::string path = "repeated_password." + std::to_string(::getpid());
    std::vector<std::string> seen;
    std::mutex mutex;
    ScriptedServer server(ScriptedServer::replies([&](Peer& peer, const std::string& request) {
      const std::lock_guard lock(mutex);
      seen.push_back(request);
      peer.answer("200 OK", "");
    }));
    Fixture fixture;
    fixture.config.authorization.credentials.file = path;
    http::RepeatedRequest request({.url = server.url()},
                                  std::make_shared<const http::ClientConfig>(fixture.config));
    for (const char* password : {"first", "the second"}) {
      std::ofstream(path) << password;
      fixture.client->fetch(request, [&](const Result<http::FetchResponse>&) { fixture.loop->stop(); });
      fixture.loop->run();
    }
    ::unlink(path.c_str());
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].find("Bearer first\r\n") != std::string::npos);
    CHECK(seen[1].find("Bearer the second\r\n") != std::string::npos);
  }

  TEST_CASE("a repeated request that was cancelled can run again") {
    std::atomic<int> requests = 0;
    ScriptedServer server(ScriptedServer::replies([&](Peer& peer, const std::string&) {
      if (++requests == 1) return peer.wait_for_end();
      peer.answer("200 OK", "");
    }));
    Fixture fixture;
    http::RepeatedRequest request({.url = server.url()},
                                  std::make_shared<const http::ClientConfig>(fixture.config));
    bool answered = false;
    const auto id =
        fixture.client->fetch(request, [&](const Result<http::FetchResponse>&) { answered = true; });
    fixture.loop->after(std::chrono::milliseconds(30), [&] {
      fixture.client->cancel(id);
      fixture.client->fetch(request, [&](const Result<http::FetchResponse>& result) {
        CHECK(result);
        fixture.loop->stop();
      });
    });
    fixture.loop->run();
    CHECK_FALSE(answered);
  }

  TEST_CASE("a cancelled request never answers") {
    ScriptedServer server([](Peer& peer) {
      peer.read_request();
      peer.wait_for_end();
    });
    Fixture fixture;
    bool answered = false;
    const auto id = fixture.client->fetch({.url = server.url(), .timeout = std::chrono::milliseconds(100)},
                                          std::make_shared<const http::ClientConfig>(),
                                          [&](const Result<http::FetchResponse>&) { answered = true; });
    fixture.loop->after(std::chrono::milliseconds(30), [&] { fixture.client->cancel(id); });
    fixture.loop->after(std::chrono::milliseconds(200), [&] { fixture.loop->stop(); });
    fixture.loop->run();
    CHECK_FALSE(answered);
  }

  TEST_CASE("a callback may end the client") {
    ScriptedServer server(
        ScriptedServer::replies([](Peer& peer, const std::string&) { peer.answer("200 OK", ""); }));
    Fixture fixture;
    fixture.client->fetch({.url = server.url()}, std::make_shared<const http::ClientConfig>(),
                          [&](const Result<http::FetchResponse>&) {
                            fixture.client.reset();
                            fixture.loop->stop();
                          });
    fixture.loop->run();
    CHECK(fixture.client == nullptr);
  }

  TEST_CASE("many requests at once all answer") {
    ScriptedServer server(ScriptedServer::replies(
        [](Peer& peer, const std::string&) { peer.answer("200 OK", std::string(30'000, 'x')); }));
    Fixture fixture;
    int answers = 0;
    for (int i = 0; i < 200; ++i) {
      fixture.client->fetch({.url = server.url()}, std::make_shared<const http::ClientConfig>(),
                            [&](Result<http::FetchResponse> result) {
                              if (result && result->body.size() == 30'000) ++answers;
                              if (result) fixture.client->recycle(std::move(result->body));
                              if (answers == 200) fixture.loop->stop();
                            });
    }
    fixture.loop->run();
    CHECK(answers == 200);
  }
}
