#include "scraper/api/api.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/exporter/frame.h"
#include "common/metrics/family.h"
#include "scraper/api/answer.h"

namespace sonde::api {

using Handle = http::Response (*)(const Call&);

enum class RunsOn : uint8_t { Loop, Pool };
enum class Needs : uint8_t { Nothing, Storage };

struct Route {
  std::string_view methods;
  std::string_view path;  // without the prefix; ending in "/" takes what is below
  RunsOn runs_on;
  Needs needs;
  Handle handle;
};

namespace {

constexpr std::string_view kGet = "GET";
constexpr std::string_view kGetPost = "GET POST";  // POST takes a longer question and reads all the same
constexpr std::string_view kPostPut = "POST PUT";

// Sorted by path.
constexpr std::array kRoutes{
    Route{kPostPut, "/api/v1/admin/tsdb/clean_tombstones", RunsOn::Pool, Needs::Storage, clean_tombstones},
    Route{kPostPut, "/api/v1/admin/tsdb/delete_series", RunsOn::Pool, Needs::Storage, delete_series},
    Route{kPostPut, "/api/v1/admin/tsdb/snapshot", RunsOn::Pool, Needs::Storage, snapshot},
    Route{kGet, "/api/v1/alertmanagers", RunsOn::Loop, Needs::Storage, alertmanagers},
    Route{kGet, "/api/v1/alerts", RunsOn::Loop, Needs::Storage, alerts},
    Route{kGetPost, "/api/v1/format_query", RunsOn::Loop, Needs::Storage, format_query},
    Route{kGet, "/api/v1/label/", RunsOn::Pool, Needs::Storage, label_values},
    Route{kGetPost, "/api/v1/labels", RunsOn::Pool, Needs::Storage, label_names},
    Route{kGet, "/api/v1/metadata", RunsOn::Loop, Needs::Storage, metadata},
    Route{kGetPost, "/api/v1/query", RunsOn::Pool, Needs::Storage, query},
    Route{kGetPost, "/api/v1/query_exemplars", RunsOn::Loop, Needs::Storage, query_exemplars},
    Route{kGetPost, "/api/v1/query_range", RunsOn::Pool, Needs::Storage, query_range},
    Route{kGet, "/api/v1/rules", RunsOn::Loop, Needs::Storage, rules},
    Route{kGet, "/api/v1/scrape_pools", RunsOn::Loop, Needs::Storage, scrape_pools},
    Route{kGetPost, "/api/v1/series", RunsOn::Pool, Needs::Storage, series},
    Route{kGet, "/api/v1/status/buildinfo", RunsOn::Loop, Needs::Storage, status_buildinfo},
    Route{kGet, "/api/v1/status/config", RunsOn::Loop, Needs::Storage, status_config},
    Route{kGet, "/api/v1/status/flags", RunsOn::Loop, Needs::Storage, status_flags},
    Route{kGet, "/api/v1/status/runtimeinfo", RunsOn::Loop, Needs::Storage, status_runtimeinfo},
    Route{kGet, "/api/v1/status/tsdb", RunsOn::Pool, Needs::Storage, status_tsdb},
    Route{kGet, "/api/v1/status/walreplay", RunsOn::Loop, Needs::Nothing, status_walreplay},
    Route{kGet, "/api/v1/targets", RunsOn::Loop, Needs::Storage, targets},
    Route{kGet, "/api/v1/targets/metadata", RunsOn::Loop, Needs::Storage, targets_metadata},
    Route{kGet, "/federate", RunsOn::Pool, Needs::Storage, federate},
    Route{kGet, "/version", RunsOn::Loop, Needs::Nothing, version},
};
static_assert(std::ranges::is_sorted(kRoutes, {}, &Route::path));

constexpr Desc kRequests{
    "prometheus_http_requests_total", "Counter of HTTP requests.", MetricType::Counter, {"handler", "code"}};
constexpr Desc kRequestSeconds{"prometheus_http_request_duration_seconds",
                               "Histogram of latencies for HTTP requests.",
                               MetricType::Histogram,
                               {"handler"}};
constexpr Desc kResponseBytes{"prometheus_http_response_size_bytes",
                              "Histogram of response size for HTTP requests.",
                              MetricType::Histogram,
                              {"handler"}};
constexpr Desc kQueries{"prometheus_engine_queries",
                        "The current number of queries being executed or waiting.", MetricType::Gauge};
constexpr std::array kSecondsBounds{0.1, 0.2, 0.4, 1.0, 3.0, 8.0, 20.0, 60.0, 120.0};
constexpr std::array kBytesBounds{1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

// How often queries look whether their client is still there.
constexpr std::chrono::milliseconds kWatchInterval{100};

constexpr double kNsPerSecond = 1e9;

}  // namespace

Result<std::unique_ptr<Api>> Api::make(Parts parts, ApiOptions options) {
  auto origins = std::make_unique<const re2::RE2>("^(?:" + options.cors_origin + ")$", re2::RE2::Quiet);
  if (!origins->ok()) {
    return Error(ErrorCode::InvalidArgument, "web.cors.origin is no regular expression: " + origins->error());
  }
  return std::make_unique<Api>(Made{}, parts, std::move(options), std::move(origins));
}

Api::Api(Made, Parts parts, ApiOptions options, std::unique_ptr<const re2::RE2> origins)
    : parts_(parts),
      options_(std::move(options)),
      origins_(std::move(origins)),
      query_metrics_(parts.registry),
      pool_(options_.query_threads) {
  parts_.registry.callback(kQueries, [this] { return static_cast<double>(pool_.pending()); });
}

Api::~Api() {
  parts_.loop.cancel(watch_timer_);
}

void Api::set_storage(Storage storage) {
  {
    const MutexLock lock(mutex_);
    storage_ = std::move(storage);
  }
  readiness_ = Readiness::Ready;
}

void Api::set_stopping() {
  readiness_ = Readiness::Stopping;
}

void Api::add_routes(http::Server& server, std::string page) {
  for (const Route& route : kRoutes) {
    add(server, route.methods, route.path, [this, &route](http::Request request, http::Responder responder) {
      serve(route, std::move(request), std::move(responder));
    });
  }
  add_lifecycle_routes(server);
  add_page_routes(server, std::move(page));
}

// Registers a route under the prefix, and OPTIONS beside its own methods.
void Api::add(http::Server& server, std::string_view methods, std::string_view path, http::Handler handler) {
  server.route(
      std::string(methods) + " OPTIONS", options_.prefix + std::string(path),
      [this, handler = std::move(handler)](http::Request request, http::Responder responder) {
        if (request.method != "OPTIONS") return handler(std::move(request), std::move(responder));
        http::Response response{.status = 204, .body = {}};
        add_cors(request, response);
        responder.send(std::move(response));
      },
      methods == kGetPost ? http::Effect::Reads : http::Effect::Changes);
}

void Api::add_lifecycle_routes(http::Server& server) {
  const auto answer = [this](std::string_view path, auto make) {
    return [this, path, make](http::Request request, http::Responder responder) {
      responder.send(finish(path, request, make(), parts_.loop.clock().monotonic_ns()));
    };
  };
  const auto guarded = [this](auto act) {
    return [this, act]() -> http::Response {
      if (!options_.enable_lifecycle) return http::text_response(403, "Lifecycle API is not enabled.");
      return act();
    };
  };
  add(server, kGet, "/-/healthy",
      answer("/-/healthy", [] { return http::text_response(200, "Prometheus Server is Healthy.\n"); }));
  add(server, kGet, "/-/ready", answer("/-/ready", [this] {
        return readiness_ == Readiness::Ready ? http::text_response(200, "Prometheus Server is Ready.\n")
                                              : not_ready();
      }));
  add(server, kPostPut, "/-/reload",
      answer("/-/reload", guarded([this]() -> http::Response {
               const Status status = parts_.server.reload();
               if (status) return http::text_response(200, "");
               return http::text_response(500, "failed to reload config: " + status.error().message() + "\n");
             })));
  add(server, kPostPut, "/-/quit", answer("/-/quit", guarded([this]() -> http::Response {
                                            parts_.server.quit();
                                            return http::text_response(200,
                                                                       "Requesting termination... Goodbye!");
                                          })));
}

void Api::add_page_routes(http::Server& server, std::string page) {
  add(server, kGet, "/metrics", [this](const http::Request& request, http::Responder responder) {
    const int64_t received_ns = parts_.loop.clock().monotonic_ns();
    responder.send(
        finish("/metrics", request, exporter::expose(request, parts_.server.metrics_page()), received_ns));
  });
  const auto show = [this, page = std::move(page)](const http::Request& request, http::Responder responder) {
    responder.send(finish("/", request, http::html_response(page), parts_.loop.clock().monotonic_ns()));
  };
  // Differs: "/" is the page and no redirect to "/query"; old links keep working.
  for (const std::string_view path : {"/graph", "/query", "/targets"}) add(server, kGet, path, show);
  // The longest match wins, so this is the root alone and what nobody else took.
  server.route(kGet, "/", [this, show](http::Request request, http::Responder responder) {
    if (request.path == "/" || request.path == options_.prefix || request.path == options_.prefix + "/") {
      return show(request, std::move(responder));
    }
    responder.send(finish("/*", request, http::text_response(404, "404 page not found\n"),
                          parts_.loop.clock().monotonic_ns()));
  });
}

void Api::serve(const Route& route, http::Request request, http::Responder responder) {
  const int64_t received_ns = parts_.loop.clock().monotonic_ns();
  if (route.needs == Needs::Storage && readiness_ != Readiness::Ready) {
    return responder.send(finish(route.path, request, not_ready(), received_ns));
  }
  if (route.runs_on == RunsOn::Loop) return responder.send(run(route, request, nullptr, received_ns));
  pool_.submit(
      {.request = std::move(request),
       .responder = std::move(responder),
       .run = [this, &route, received_ns](const http::Request& asked, const std::atomic<bool>& cancelled) {
         return run(route, asked, &cancelled, received_ns);
       }});
  if (watch_timer_ == loop::TimerId::None) watch_clients();
}

http::Response Api::run(const Route& route, const http::Request& request, const std::atomic<bool>* cancelled,
                        int64_t received_ns) {
  Storage storage;
  {
    const MutexLock lock(mutex_);
    storage = storage_;
  }
  const int64_t waited_ns = parts_.loop.clock().monotonic_ns() - received_ns;
  http::Response response = route.handle({.request = request,
                                          .options = options_,
                                          .clock = parts_.loop.clock(),
                                          .storage = storage,
                                          .server = parts_.server,
                                          .targets = parts_.targets,
                                          .cancelled = cancelled,
                                          .metrics = &query_metrics_,
                                          .queue_seconds = static_cast<double>(waited_ns) / kNsPerSecond});
  return finish(route.path, request, std::move(response), received_ns);
}

// Counts the response and adds what every response has.
http::Response Api::finish(std::string_view handler, const http::Request& request, http::Response response,
                           int64_t received_ns) {
  const int64_t took_ns = parts_.loop.clock().monotonic_ns() - received_ns;
  parts_.registry.counter(kRequests, {handler, std::to_string(response.status)}).add();
  parts_.registry.histogram(kRequestSeconds, kSecondsBounds, {handler})
      .observe(static_cast<double>(took_ns) / kNsPerSecond);
  parts_.registry.histogram(kResponseBytes, kBytesBounds, {handler})
      .observe(static_cast<double>(response.body.size()));
  add_cors(request, response);
  return response;
}

void Api::add_cors(const http::Request& request, http::Response& response) const {
  response.headers.push_back({"Vary", "Origin"});
  const std::string_view origin = request.header("Origin");
  if (origin.empty()) return;
  const bool anyone = options_.cors_origin == ".*";
  if (!anyone && !re2::RE2::FullMatch(re2::StringPiece(origin.data(), origin.size()), *origins_)) return;
  response.headers.push_back({"Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, Origin"});
  response.headers.push_back({"Access-Control-Allow-Methods", "GET, POST, OPTIONS"});
  response.headers.push_back({"Access-Control-Allow-Origin", anyone ? "*" : std::string(origin)});
  response.headers.push_back({"Access-Control-Expose-Headers", "Date"});
}

http::Response Api::not_ready() const {
  http::Response response = http::text_response(503, "Service Unavailable");
  response.headers.push_back({"X-Prometheus-Stopping", readiness_ == Readiness::Stopping ? "true" : "false"});
  return response;
}

void Api::watch_clients() {
  pool_.cancel_abandoned();
  watch_timer_ = pool_.pending() == 0 ? loop::TimerId::None
                                      : parts_.loop.after(kWatchInterval, [this] { watch_clients(); });
}

}  // namespace sonde::api
