#pragma once
// The scraper as a process: joins configuration, discovery, scraping, storage, queries and HTTP, and holds
// what happens to them at start, reload and stop. One per process; everything but the parts' own threads runs
// on its loop.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/core/clock.h"
#include "common/core/log.h"
#include "common/core/mutex.h"
#include "common/core/result.h"
#include "common/core/signals.h"
#include "common/exporter/process_metrics.h"
#include "common/exposition/metric_sink.h"
#include "common/http_server/server.h"
#include "common/loop/event_loop.h"
#include "common/metrics/instruments.h"
#include "common/web/status_page.h"
#include "common/web/web_filter.h"
#include "scraper/api/api.h"
#include "scraper/api/views.h"
#include "scraper/config/config.h"
#include "scraper/discovery/discovery.h"
#include "scraper/options.h"
#include "scraper/scrape/manager.h"
#include "scraper/storage_metrics.h"
#include "scraper/tsdb/database.h"

namespace sonde::scraper {

// Reads and checks the configuration, and logs its warnings; with --strict-support, sections that are not
// implemented are an error.
Result<config::Config> load_configuration(const Options& options, Logger& logger);

class Server final : public api::ServerView {
  struct Made {};  // Only make() has one.

 public:
  // Opens the database and the listeners. `signals` are blocked since before the first thread.
  static Result<std::unique_ptr<Server>> make(Options options, config::Config configuration,
                                              SignalDescriptor signals, const Clock& clock, Logger& logger);
  Server(Made, Options options, SignalDescriptor signals, const Clock& clock, Logger& logger);
  ~Server() override;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Runs until SIGINT, SIGTERM or /-/quit; what it returns is how the database closed.
  Status run();

  api::RuntimeView runtime() const override;
  api::ReplayView replay() const override;
  std::string config_yaml() const override;
  std::vector<std::pair<std::string, std::string>> flags() const override;
  Labels external_labels() const override;
  std::string metrics_page() const override;
  Status reload() override;
  void quit() override;

 private:
  Status open_parts(const config::Config& configuration);
  Status open_http();
  Status open_listeners();
  void apply(config::Config configuration);
  void update_engine();
  void await_replay();
  void keep_watchdog(std::chrono::microseconds interval);
  void tell_service_manager(std::string_view state);
  web::StatusFacts status_facts() const;
  void handle_signals();
  void stop();

  const Options options_;
  SignalDescriptor signals_;
  const Clock& clock_;
  Logger& logger_;
  const int64_t start_time_ms_;
  Registry registry_;

  config::Config config_;  // Owned by the loop's thread, as all that follows but external_labels_
  bool config_ok_ = false;
  int64_t config_time_ms_ = 0;
  bool stopping_ = false;
  tsdb::Retention retention_;
  mutable exposition::MetricSink sink_;  // Kept between scrapes of our own metrics for its buffers.
  mutable exporter::ProcessCollector process_;
  mutable Mutex mutex_;
  Labels external_labels_ GUARDED_BY(mutex_);

  // In the order of need: each uses those above it.
  std::unique_ptr<loop::EventLoop> loop_;
  std::unique_ptr<tsdb::Database> database_;
  std::unique_ptr<scrape::ScrapeManager> scraper_;
  std::unique_ptr<discovery::Discovery> discovery_;
  std::unique_ptr<web::LiveConfig> web_config_;  // null without --web.config.file
  std::unique_ptr<web::WebFilter> filter_;       // null without --web.config.file
  std::unique_ptr<http::Server> http_;
  std::unique_ptr<api::Api> api_;
};

}  // namespace sonde::scraper
