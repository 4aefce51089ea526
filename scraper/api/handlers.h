#pragma once
// The handlers of the routes, one function each, and what they may look at. A handler turns a request into a
// response and decides nothing: queries go to the engine, names to the storage, state to the views. Handlers
// that read the database run on the query pool, the others on the loop's thread (the table in api.cpp says
// which).

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "common/core/clock.h"
#include "common/http_server/request.h"
#include "common/metrics/instruments.h"
#include "scraper/api/views.h"
#include "scraper/promql/engine.h"
#include "scraper/scrape/target_status.h"
#include "scraper/storage/series_source.h"
#include "scraper/storage/storage_admin.h"

namespace sonde::api {

struct ApiOptions {
  std::string prefix{};            // before every path: "" or "/prometheus"
  std::string cors_origin = ".*";  // regular expression, anchored
  bool enable_lifecycle = false;
  bool enable_admin = false;
  int64_t query_timeout_ms = 120'000;
  size_t query_threads = 2;
};

// The parts that exist once the database is open. Each outlives every request.
struct Storage {
  const storage::SeriesSource* source = nullptr;
  storage::StorageAdmin* admin = nullptr;
  std::shared_ptr<const promql::Engine> engine;  // Shared with running queries: a reload replaces it.
};

// Counted by the query routes, under the reference's names.
struct QueryMetrics {
  explicit QueryMetrics(Registry& registry);
  void count(const promql::QueryStats& stats, double queue_seconds);

 private:
  Counter& samples_;
  Histogram& queue_seconds_;
  Histogram& prepare_seconds_;
  Histogram& eval_seconds_;
};

struct Call {
  const http::Request& request;
  const ApiOptions& options;
  const Clock& clock;
  const Storage& storage;
  const ServerView& server;
  const scrape::TargetStatusSource& targets;
  const std::atomic<bool>* cancelled = nullptr;  // set when the client has gone
  QueryMetrics* metrics = nullptr;
  double queue_seconds = 0;  // how long the request waited for a thread
};

// query_handlers.cpp
http::Response query(const Call& call);
http::Response query_range(const Call& call);
http::Response query_exemplars(const Call& call);
http::Response format_query(const Call& call);

// series_handlers.cpp
http::Response label_names(const Call& call);
http::Response label_values(const Call& call);
http::Response series(const Call& call);

// target_handlers.cpp
http::Response targets(const Call& call);
http::Response targets_metadata(const Call& call);
http::Response metadata(const Call& call);
http::Response scrape_pools(const Call& call);

// status_handlers.cpp
http::Response status_buildinfo(const Call& call);
http::Response status_runtimeinfo(const Call& call);
http::Response status_flags(const Call& call);
http::Response status_config(const Call& call);
http::Response status_tsdb(const Call& call);
http::Response status_walreplay(const Call& call);
http::Response version(const Call& call);

// rule_handlers.cpp: what the API says while there are no rules and no alertmanagers.
http::Response rules(const Call& call);
http::Response alerts(const Call& call);
http::Response alertmanagers(const Call& call);

// admin_handlers.cpp
http::Response delete_series(const Call& call);
http::Response clean_tombstones(const Call& call);
http::Response snapshot(const Call& call);

// federate.cpp
http::Response federate(const Call& call);

}  // namespace sonde::api
