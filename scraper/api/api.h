#pragma once
// The HTTP side of the scraper: one table of routes over the handlers, with what they share: readiness, CORS,
// counts of requests, the query pool. Decides nothing else. Lives on the loop's thread; must be gone before
// the server is.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "common/core/mutex.h"
#include "common/core/result.h"
#include "common/http_server/server.h"
#include "common/loop/event_loop.h"
#include "common/metrics/instruments.h"
#include "scraper/api/handlers.h"
#include "scraper/api/query_pool.h"
#include "scraper/api/views.h"
#include "scraper/scrape/target_status.h"

namespace re2 {
class RE2;
}

namespace sonde::api {

enum class Readiness : uint8_t { Starting, Ready, Stopping };

struct Route;

class Api {
  struct Made {};  // Only make() has one.

 public:
  struct Parts {
    loop::EventLoop& loop;
    Registry& registry;  // our own metrics: requests and queries
    ServerView& server;
    const scrape::TargetStatusSource& targets;
  };
  // Fails on a bad expression for CORS origins.
  static Result<std::unique_ptr<Api>> make(Parts parts, ApiOptions options);
  Api(Made, Parts parts, ApiOptions options, std::unique_ptr<const re2::RE2> origins);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  // Registers every route, before listen(). `page` is the whole page at "/".
  void add_routes(http::Server& server, std::string page);

  // The database can answer from now on; until then and after set_stopping() it is 503. Calling it again
  // replaces the engine for the queries to come.
  void set_storage(Storage storage);
  void set_stopping();

 private:
  void add_lifecycle_routes(http::Server& server);
  void add_page_routes(http::Server& server, std::string page);
  void add(http::Server& server, std::string_view methods, std::string_view path, http::Handler handler);
  void serve(const Route& route, http::Request request, http::Responder responder);
  http::Response run(const Route& route, const http::Request& request, const std::atomic<bool>* cancelled,
                     int64_t received_ns);
  http::Response finish(std::string_view handler, const http::Request& request, http::Response response,
                        int64_t received_ns);
  void add_cors(const http::Request& request, http::Response& response) const;
  http::Response not_ready() const;
  void watch_clients();

  Parts parts_;
  const ApiOptions options_;
  const std::unique_ptr<const re2::RE2> origins_;
  QueryMetrics query_metrics_;
  std::atomic<Readiness> readiness_{Readiness::Starting};
  mutable Mutex mutex_;
  Storage storage_ GUARDED_BY(mutex_);
  loop::TimerId watch_timer_ = loop::TimerId::None;  // Owned by the loop's thread
  QueryPool pool_;                                   // Last: its threads use what is above.
};

}  // namespace sonde::api
