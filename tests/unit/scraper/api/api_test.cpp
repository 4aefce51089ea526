#include "scraper/api/api.h"

#include <doctest/doctest.h>

#include <optional>

#include "common/http_client/client.h"
#include "tests/unit/scraper/api/fixture.h"

namespace sonde::api {
namespace {

// The whole API behind a real server, asked by a real client on the same loop.
class Live {
 public:
  explicit Live(ApiOptions options = {}) {
    loop_ = *loop::EventLoop::make(clock_);
    api_ = *Api::make(
        {.loop = *loop_, .registry = registry_, .server = server_view_, .targets = fixture.targets},
        std::move(options));
    server_ = std::make_unique<http::Server>(*loop_, logger_, http::ServerOptions{});
    client_ = std::make_unique<http::Client>(*loop_, logger_);
    api_->add_routes(*server_, "<title>page</title>");
    REQUIRE(server_->listen("127.0.0.1:0"));
  }

  void become_ready() {
    api_->set_storage({.source = &fixture.source,
                       .admin = &fixture.admin,
                       .engine = std::make_shared<const promql::Engine>(fixture.source, fixture.clock,
                                                                        promql::EngineOptions{})});
  }

  http::FetchResponse ask(std::string_view path, std::string method = "GET", std::string body = {},
                          std::vector<http::FetchHeader> headers = {}) {
    http::FetchRequest request;
    request.url = "http://" + server_->addresses().front() + std::string(path);
    request.method = std::move(method);
    request.headers = std::move(headers);
    if (!body.empty()) request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    request.body = std::move(body);
    std::optional<Result<http::FetchResponse>> answer;
    client_->fetch(std::move(request), std::make_shared<const http::ClientConfig>(),
                   [&](Result<http::FetchResponse> response) {
                     answer = std::move(response);
                     loop_->stop();
                   });
    loop_->run();
    REQUIRE(answer);
    REQUIRE_MESSAGE(answer->ok(), answer->error().message());
    return **answer;
  }

  Api& api() { return *api_; }
  Fixture fixture;

 private:
  class LiveServer final : public ServerView {
   public:
    RuntimeView runtime() const override { return {}; }
    ReplayView replay() const override { return {.first = 1, .last = 2, .current = 1}; }
    std::string config_yaml() const override { return {}; }
    std::vector<std::pair<std::string, std::string>> flags() const override { return {}; }
    Labels external_labels() const override { return {}; }
    std::string metrics_page() const override { return "# TYPE up gauge\nup 1\n"; }
    Status reload() override { return Error(ErrorCode::InvalidArgument, "t.yml:1:1: broken"); }
    void quit() override {}
  };

  SystemClock clock_;
  Logger logger_{clock_, 2};
  Registry registry_;
  LiveServer server_view_;
  std::unique_ptr<loop::EventLoop> loop_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<Api> api_;
};

}  // namespace

TEST_SUITE("api/api") {
  TEST_CASE("before the storage is open only health and progress answer") {
    Live live;
    const auto early = live.ask("/api/v1/query?query=up");
    CHECK(early.status == 503);
    CHECK(early.body == "Service Unavailable");
    CHECK(early.header("X-Prometheus-Stopping") == "false");
    CHECK(live.ask("/-/ready").status == 503);
    CHECK(live.ask("/-/healthy").body == "Prometheus Server is Healthy.\n");
    CHECK(live.ask("/api/v1/status/walreplay").body ==
          R"({"status":"success","data":{"min":1,"max":2,"current":1}})");
    CHECK(live.ask("/metrics").body == "# TYPE up gauge\nup 1\n");
    live.become_ready();
    CHECK(live.ask("/-/ready").body == "Prometheus Server is Ready.\n");
    CHECK(live.ask("/api/v1/query?query=up").status == 200);
    live.api().set_stopping();
    CHECK(live.ask("/api/v1/query?query=up").header("X-Prometheus-Stopping") == "true");
  }

  TEST_CASE("a form in the body counts as parameters") {
    Live live;
    live.become_ready();
    CHECK(live.ask("/api/v1/query", "POST", "query=1%2B1&time=5").body ==
          R"({"status":"success","data":{"resultType":"scalar","result":[5,"2"]}})");
    CHECK(live.ask("/api/v1/labels", "POST", "match%5B%5D=load").body ==
          R"({"status":"success","data":["__name__","job"]})");
  }

  TEST_CASE("unknown paths are 404 and other methods 405") {
    Live live;
    live.become_ready();
    CHECK(live.ask("/api/v1/nope").status == 404);
    CHECK(live.ask("/api/v1/label/job/values", "POST", "a=b").status == 405);
    CHECK(live.ask("/api/v1/admin/tsdb/snapshot").status == 405);
    CHECK(live.ask("/-/reload").status == 405);
  }

  TEST_CASE("lifecycle needs its flag and a failed reload says why") {
    Live off;
    CHECK(off.ask("/-/reload", "POST").status == 403);
    CHECK(off.ask("/-/reload", "POST").body == "Lifecycle API is not enabled.");
    Live on({.enable_lifecycle = true});
    const auto failed = on.ask("/-/reload", "PUT");
    CHECK(failed.status == 500);
    CHECK(failed.body == "failed to reload config: t.yml:1:1: broken\n");
    CHECK(on.ask("/-/quit", "POST").status == 200);
  }

  TEST_CASE("any origin is allowed unless an expression says which") {
    Live any;
    any.become_ready();
    const auto answer = any.ask("/api/v1/query?query=1", "GET", "", {{"Origin", "http://a.example"}});
    CHECK(answer.header("Access-Control-Allow-Origin") == "*");
    CHECK(answer.header("Access-Control-Allow-Methods") == "GET, POST, OPTIONS");
    CHECK(any.ask("/api/v1/query?query=1").header("Access-Control-Allow-Origin").empty());
    const auto options = any.ask("/api/v1/query", "OPTIONS", "", {{"Origin", "http://a.example"}});
    CHECK(options.status == 204);
    CHECK(options.header("Access-Control-Allow-Origin") == "*");
    Live some({.cors_origin = "https?://(a|b)\\.example"});
    some.become_ready();
    const auto from = [&](std::string origin) {
      return std::string(some.ask("/version", "GET", "", {{"Origin", std::move(origin)}})
                             .header("Access-Control-Allow-Origin"));
    };
    CHECK(from("http://a.example") == "http://a.example");
    CHECK(from("http://a.example.evil") == "");
  }

  TEST_CASE("an expression that is none is refused at start") {
    FixedClock clock;
    auto loop = *loop::EventLoop::make(clock);
    Registry registry;
    KnownServer server;
    KnownTargets targets;
    const auto api = Api::make({.loop = *loop, .registry = registry, .server = server, .targets = targets},
                               {.cors_origin = "("});
    REQUIRE_FALSE(api);
    CHECK(api.error().message().starts_with("web.cors.origin is no regular expression"));
  }

  TEST_CASE("every path stands under the prefix and the page at its root") {
    Live live({.prefix = "/prom"});
    live.become_ready();
    CHECK(live.ask("/prom/api/v1/query?query=1").status == 200);
    CHECK(live.ask("/prom/api/v1/label/job/values").body ==
          R"({"status":"success","data":["node","scraper"]})");
    CHECK(live.ask("/api/v1/query?query=1").status == 404);
    CHECK(live.ask("/prom/").body == "<title>page</title>");
    CHECK(live.ask("/").body == "<title>page</title>");
  }

  TEST_CASE("a large result arrives whole") {
    Live live;
    live.become_ready();
    for (int64_t i = 0; i < 100; ++i) {
      live.fixture.source.all.push_back({Labels{{"__name__", "many"}, {"i", std::to_string(i)}}, {{0, 1}}});
    }
    const auto answer =
        live.ask("/api/v1/query_range?query=last_over_time(many[1d])&start=0.001&end=1100&step=0.1");
    CHECK(answer.status == 200);
    CHECK(answer.body.size() > 15'000'000);
    CHECK(answer.body.ends_with("]]}]}}"));
  }
}

}  // namespace sonde::api
