#include "common/web/web_filter.h"

#include <fcntl.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/unit/common/http_server/server_fixture.h"

using namespace sonde::http;        // NOLINT: a test reads better so
using namespace sonde::http::test;  // NOLINT
using sonde::web::LiveConfig;
using sonde::web::WebFilter;

namespace {

constexpr const char* kUsers =
    "basic_auth_users:\n"
    "  alice: $2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n"
    "  bob: $2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n"
    "sonde: {roles: {bob: read_only}}\n";
constexpr const char* kAlice = "Authorization: Basic YWxpY2U6VSpV\r\n";  // alice:U*U
constexpr const char* kBob = "Authorization: Basic Ym9iOlUqVQ==\r\n";    // bob:U*U
constexpr const char* kMallory = "Authorization: Basic bWFsbG9yeTpVKlU=\r\n";

// A server behind the filter of a configuration.
struct Filtered {
  explicit Filtered(const char* text) : logger(clock, STDERR_FILENO) {
    char path[] = "/tmp/sonde-filter-XXXXXX";
    const int fd = ::mkstemp(path);
    REQUIRE(fd >= 0);
    REQUIRE(::write(fd, text, std::strlen(text)) == static_cast<ssize_t>(std::strlen(text)));
    ::close(fd);
    file = path;
    auto loaded = LiveConfig::load(file, clock, logger);
    REQUIRE(loaded);
    config = std::move(*loaded);
    filter = std::make_unique<WebFilter>(*config, server.loop());
    server.server->set_filter(filter.get());
    const auto answer = [](const Request&, Responder responder) {
      Response response = text_response(200, "served");
      response.headers.push_back({"x-frame-options", "SAMEORIGIN"});
      responder.send(std::move(response));
    };
    server.server->route("GET POST", "/query", answer, Effect::Reads);
    server.server->route("GET POST", "/change", answer);
    server.start();
  }
  ~Filtered() { std::remove(file.c_str()); }

  std::optional<Answer> ask(const char* method, const char* path, const char* headers) const {
    Client client(server.port);
    REQUIRE(client.send(std::string(method) + " " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n" +
                        headers + "\r\n"));
    return client.receive();
  }
  int status(const char* method, const char* path, const char* headers) const {
    const auto answer = ask(method, path, headers);
    REQUIRE(answer);
    return answer->status;
  }

  sonde::SystemClock clock;
  sonde::Logger logger;
  std::string file;
  std::unique_ptr<LiveConfig> config;
  std::unique_ptr<WebFilter> filter;
  TestServer server;
};

}  // namespace

TEST_SUITE("web/web_filter") {
  TEST_CASE("users are let in and a role says what they may do") {
    const Filtered server(kUsers);
    struct Row {
      const char* method;
      const char* path;
      const char* headers;
      int status;
    };
    for (const Row& row : {
             Row{"GET", "/query", "", 401},
             Row{"GET", "/absent", "", 401},
             Row{"GET", "/query", kMallory, 401},
             Row{"GET", "/query", kAlice, 200},
             Row{"POST", "/change", kAlice, 200},
             Row{"GET", "/query", kBob, 200},
             Row{"POST", "/query", kBob, 200},
             Row{"GET", "/change", kBob, 200},
             Row{"POST", "/change", kBob, 403},
             Row{"GET", "/absent", kBob, 404},
             Row{"DELETE", "/query", kBob, 403},
             Row{"DELETE", "/query", kAlice, 405},
         }) {
      CAPTURE(row.method);
      CAPTURE(row.path);
      CAPTURE(row.headers);
      CHECK(server.status(row.method, row.path, row.headers) == row.status);
    }
  }

  TEST_CASE("a configured header takes the place of the page's own") {
    const Filtered set("http_server_config: {headers: {X-Frame-Options: deny}}\n");
    const auto answer = set.ask("GET", "/query", "");
    REQUIRE(answer);
    CHECK(answer->has("X-Frame-Options: deny\r\n"));
    CHECK_FALSE(answer->has("SAMEORIGIN"));
    const Filtered unset("http_server_config: {headers: {X-Frame-Options: \"\"}}\n");
    const auto without = unset.ask("GET", "/query", "");
    REQUIRE(without);
    CHECK_FALSE(without->has("rame-"));
  }

  TEST_CASE("past the burst everybody is told to come later") {
    const Filtered server("rate_limit: {interval: 1h, burst: 2}\n");
    CHECK(server.status("GET", "/query", "") == 200);
    CHECK(server.status("GET", "/query", "") == 200);
    CHECK(server.status("GET", "/query", "") == 429);
    const Filtered shut("rate_limit: {interval: 1h, burst: 0}\n");
    CHECK(shut.status("GET", "/query", "") == 429);
    const Filtered open("rate_limit: {interval: 0, burst: 0}\n");
    CHECK(open.status("GET", "/query", "") == 200);
  }
}
