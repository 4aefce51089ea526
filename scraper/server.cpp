#include "scraper/server.h"

#include <sys/epoll.h>
#include <csignal>

#include <algorithm>
#include <chrono>
#include <thread>

#include "common/core/duration.h"
#include "common/core/number_text.h"
#include "common/core/service_manager.h"
#include "common/core/size.h"
#include "common/exporter/build_info.h"
#include "common/web/route_prefix.h"
#include "scraper/config/load.h"
#include "scraper/config/writer.h"
#include "scraper/promql/engine.h"
#include "scraper/ui/page.h"

namespace sonde::scraper {
namespace {

// How long requests in flight may take to finish when the process stops.
constexpr std::chrono::milliseconds kStopGrace{2000};
constexpr std::chrono::milliseconds kReplayPollInterval{5};
constexpr size_t kQueryThreadsMin = 2;

constexpr Desc kBuildInfo{"prometheus_build_info",
                          "A metric with a constant '1' value labeled by what this build is.",
                          MetricType::Gauge,
                          {"branch", "goarch", "goos", "goversion", "revision", "tags", "version"}};
constexpr Desc kReady{"prometheus_ready", "Whether the server has finished its start and answers queries."};
constexpr Desc kReloadSuccessful{"prometheus_config_last_reload_successful",
                                 "Whether the last configuration reload attempt was successful."};
constexpr Desc kReloadTime{"prometheus_config_last_reload_success_timestamp_seconds",
                           "Timestamp of the last successful configuration reload."};
constexpr Desc kQueriesMax{"prometheus_engine_queries_concurrent_max",
                           "The max number of concurrent queries."};

// What the configuration file says of retention comes before the flags; without either it is the default.
tsdb::Retention effective_retention(const Options& options, const config::StorageConfig& storage) {
  const auto is_given = [](const tsdb::Retention& r) {
    return r.time_ms > 0 || r.bytes > 0 || r.percentage > 0;
  };
  tsdb::Retention out{
      storage.retention_time.count(), storage.retention_size_bytes, storage.retention_percentage, {}};
  if (!is_given(out)) {
    out = {options.retention_time.count(), options.retention_size_bytes, 0, {}};
  }
  if (!is_given(out)) out = {};
  for (const config::StorageConfig::RetentionRule& rule : storage.retention_rules)
    out.rules.push_back({rule.matchers, rule.time.count()});
  return out;
}

// "15d", "10GiB", "15d or 10GiB".
std::string retention_text(const tsdb::Retention& retention) {
  std::string out;
  const auto add = [&out](const std::string& text) { out += (out.empty() ? "" : " or ") + text; };
  if (retention.time_ms > 0) add(write_duration(std::chrono::milliseconds(retention.time_ms)));
  if (retention.bytes > 0) add(write_size_bytes(retention.bytes));
  if (retention.percentage > 0) {
    std::string share;
    append_number_plain(share, retention.percentage);
    add(share + "%");
  }
  return out;
}

size_t query_threads(const Options& options) {
  const size_t cores = std::max<size_t>(kQueryThreadsMin, std::thread::hardware_concurrency());
  return std::min(cores, static_cast<size_t>(options.query_concurrency_max));
}

// Some features of the reference are always on here, some are not built in; the others are the engine's.
void warn_of_features(const Options& options, Logger& logger) {
  constexpr std::string_view kKnown[] = {"extra-scrape-metrics"};
  promql::EngineOptions unused;
  for (const std::string& feature : options.features) {
    if (std::ranges::find(kKnown, feature) != std::end(kKnown) || promql::enable_feature(unused, feature))
      continue;
    logger.warn("feature has no effect here", {{"feature", feature}});
  }
}

}  // namespace

Result<config::Config> load_configuration(const Options& options, Logger& logger) {
  auto configuration = config::load_config_file(options.config_file, {});
  if (!configuration) return configuration.error();
  for (const std::string& what : configuration->unsupported) {
    if (options.strict_support) {
      return Error(ErrorCode::Unsupported,
                   options.config_file + ": " + what +
                       " has no effect in this version; remove it or leave out --strict-support");
    }
    logger.warn("this version does not act on this part of the configuration", {{"section", what}});
  }
  for (const std::string& warning : configuration->warnings)
    logger.warn(warning, {{"file", options.config_file}});
  return configuration;
}

Server::Server(Made, Options options, SignalDescriptor signals, const Clock& clock, Logger& logger)
    : options_(std::move(options)),
      signals_(std::move(signals)),
      clock_(clock),
      logger_(logger),
      start_time_ms_(clock.wall_ms()) {}

Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::make(Options options, config::Config configuration,
                                             SignalDescriptor signals, const Clock& clock, Logger& logger) {
  auto server = std::make_unique<Server>(Made{}, std::move(options), std::move(signals), clock, logger);
  if (auto status = server->open_parts(configuration); !status) return status.error();
  if (auto status = server->open_listeners(); !status) return status.error();
  server->apply(std::move(configuration));
  return server;
}

Status Server::open_parts(const config::Config& configuration) {
  auto loop = loop::EventLoop::make(clock_);
  if (!loop) return loop.error();
  loop_ = *std::move(loop);

  retention_ = effective_retention(options_, configuration.storage);
  auto database = tsdb::Database::open({.path = options_.tsdb_path,
                                        .retention = retention_,
                                        .wal_sync_interval_ms = options_.wal_sync_interval.count(),
                                        .block_range_ms = options_.block_duration_min.count()},
                                       clock_, logger_);
  if (!database) return database.error().in("cannot open the database");
  database_ = *std::move(database);

  auto scraper = scrape::ScrapeManager::make({.memo = options_.scrape_memo,
                                              .extra_metrics = options_.has_feature("extra-scrape-metrics"),
                                              .hostname = {}},
                                             clock_, logger_, *database_, registry_);
  if (!scraper) return scraper.error();
  scraper_ = *std::move(scraper);
  discovery_ = std::make_unique<discovery::Discovery>(
      *loop_, logger_, [this](const std::string& job, const discovery::Groups& groups) {
        scraper_->set_targets(job, groups);
      });

  const std::string prefix = web::route_prefix(options_.route_prefix, options_.external_url);
  auto api = api::Api::make({.loop = *loop_, .registry = registry_, .server = *this, .targets = *scraper_},
                            {.prefix = prefix,
                             .cors_origin = options_.cors_origin,
                             .enable_lifecycle = options_.enable_lifecycle,
                             .enable_admin = options_.enable_admin_api,
                             .query_timeout_ms = options_.query_timeout.count(),
                             .query_threads = query_threads(options_)});
  if (!api) return api.error();
  api_ = *std::move(api);
  if (auto status = open_http(); !status) return status;
  api_->add_routes(*http_, ui::page(options_.page_title, prefix));
  web::serve_status(
      *http_, [this] { return status_facts(); }, prefix);
  return Ok{};
}

Status Server::open_http() {
  const auto idle_timeout = std::chrono::duration_cast<std::chrono::seconds>(options_.read_timeout);
  http::ServerOptions http{.connections_max = static_cast<unsigned>(options_.connections_max),
                           .idle_timeout = idle_timeout,
                           .request_time_max = idle_timeout};
  if (!options_.web_config_file.empty()) {
    auto web = web::LiveConfig::load(options_.web_config_file, clock_, logger_);
    if (!web) return web.error();
    web_config_ = *std::move(web);
    if (web_config_->serves_tls()) http.tls = [this] { return web_config_->tls(); };
    filter_ = std::make_unique<web::WebFilter>(*web_config_, *loop_);
  }
  http_ = std::make_unique<http::Server>(*loop_, logger_, std::move(http));
  if (filter_) http_->set_filter(filter_.get());
  return Ok{};
}

Status Server::open_listeners() {
  for (const std::string& address : options_.listen_addresses) {
    if (auto status = http_->listen(address); !status) return status;
  }
  for (const std::string& address : http_->addresses()) logger_.info("listening", {{"address", address}});
  return Ok{};
}

void Server::apply(config::Config configuration) {
  config_ = std::move(configuration);
  config_ok_ = true;
  config_time_ms_ = clock_.wall_ms();
  {
    const MutexLock lock(mutex_);
    external_labels_ = config_.global.external_labels;
  }
  retention_ = effective_retention(options_, config_.storage);
  database_->set_retention(retention_);
  scraper_->apply(config_);
  discovery_->apply(config_.scrape_configs);
  if (database_->ready()) update_engine();
}

void Server::update_engine() {
  promql::EngineOptions engine{.lookback_ms = options_.query_lookback.count(),
                               .timeout_ms = options_.query_timeout.count(),
                               .samples_max = static_cast<uint64_t>(options_.query_samples_max),
                               .subquery_step_ms = config_.global.evaluation_interval.count(),
                               .parser = {}};
  for (const std::string& feature : options_.features) promql::enable_feature(engine, feature);
  api_->set_storage({.source = database_.get(),
                     .admin = database_.get(),
                     .engine = std::make_shared<const promql::Engine>(*database_, clock_, engine)});
}

void Server::await_replay() {
  if (stopping_) return;
  if (!database_->ready()) {
    loop_->after(kReplayPollInterval, [this] { await_replay(); });
    return;
  }
  update_engine();
  logger_.info("ready to answer queries",
               {{"took", write_go_duration(std::chrono::milliseconds(clock_.wall_ms() - start_time_ms_))}});
  tell_service_manager("READY=1");
  if (const auto interval = watchdog_interval()) keep_watchdog(*interval / 2);
}

// From the event loop, so that one that hangs is noticed.
void Server::keep_watchdog(std::chrono::microseconds interval) {
  tell_service_manager("WATCHDOG=1");
  loop_->after(interval, [this, interval] { keep_watchdog(interval); });
}

void Server::tell_service_manager(std::string_view state) {
  if (auto status = notify_service_manager(state); !status) logger_.warn(status.error().message());
}

Status Server::run() {
  warn_of_features(options_, logger_);
  for (const std::string& flag : options_.flags_ignored) {
    logger_.warn("flag is accepted and has no effect here", {{"flag", "--" + flag}});
  }
  if (auto status = loop_->watch(signals_.fd(), EPOLLIN, [this](uint32_t) { handle_signals(); }); !status) {
    return status;
  }
  database_->start_replay();
  await_replay();
  loop_->run();
  api_.reset();  // Ends running queries before what they read.
  return database_->close();
}

void Server::handle_signals() {
  for (int signal = signals_.read(); signal != 0; signal = signals_.read()) {
    if (signal == SIGHUP) {
      // A failure is logged and counted by reload() itself; nobody waits for it here.
      if (auto status = reload(); !status) continue;
    } else {
      logger_.info("received a signal, stopping", {{"signal", std::to_string(signal)}});
      stop();
    }
  }
}

Status Server::reload() {
  logger_.info("loading the configuration", {{"file", options_.config_file}});
  auto configuration = load_configuration(options_, logger_);
  if (!configuration) {
    config_ok_ = false;
    logger_.error("cannot load the configuration, the old one stays",
                  {{"err", configuration.error().message()}});
    return configuration.error();
  }
  apply(*std::move(configuration));
  logger_.info("loaded the configuration", {{"file", options_.config_file}});
  return Ok{};
}

void Server::quit() {
  loop_->post([this] { stop(); });
}

void Server::stop() {
  if (std::exchange(stopping_, true)) return;
  tell_service_manager("STOPPING=1");
  api_->set_stopping();
  discovery_.reset();
  scraper_->stop();
  http_->stop(kStopGrace, [this] { loop_->stop(); });
}

api::RuntimeView Server::runtime() const {
  return {.start_time_ms = start_time_ms_,
          .last_config_ms = config_time_ms_,
          .config_ok = config_ok_,
          .corruption_count = database_->counters().log_corruptions,
          .storage_retention = retention_text(retention_)};
}

web::StatusFacts Server::status_facts() const {
  const tsdb::DatabaseCounters counters = database_->counters();
  return {.build = exporter::version_text("sonde-scraper"),
          .flags = options_.flags_in_effect,
          .memory = {{"head: groups, newest values", counters.group_memory_bytes},
                     {"head: open rows", counters.tail_memory_bytes},
                     {"head: sealed rows without a file", counters.slab_memory_bytes},
                     {"head: symbols, label sets", counters.symbol_memory_bytes},
                     {"head: mapped files, not anonymous", counters.head_file_bytes},
                     {"blocks: mapped files, not anonymous", counters.blocks_bytes}}};
}

api::ReplayView Server::replay() const {
  const tsdb::ReplayProgress progress = database_->replay_progress();
  return {.first = static_cast<int64_t>(progress.min),
          .last = static_cast<int64_t>(progress.max),
          .current = static_cast<int64_t>(progress.current)};
}

std::string Server::config_yaml() const {
  return config::write_config(config_);
}

std::vector<std::pair<std::string, std::string>> Server::flags() const {
  return options_.flags_in_effect;
}

Labels Server::external_labels() const {
  const MutexLock lock(mutex_);
  return external_labels_;
}

std::string Server::metrics_page() const {
  sink_.clear();
  const exporter::BuildInfo& build = exporter::build_info();
  sink_.sample(kBuildInfo,
               {build.branch, build.architecture, build.system, build.compiler, build.revision, build.tags,
                build.version},
               1);
  sink_.sample(kReady, database_->ready() ? 1 : 0);
  sink_.sample(kReloadSuccessful, config_ok_ ? 1 : 0);
  sink_.sample(kReloadTime, static_cast<double>(config_time_ms_) / 1000);
  sink_.sample(kQueriesMax, static_cast<double>(options_.query_concurrency_max));
  if (auto status = process_.collect(sink_); !status) logger_.debug(status.error().message());
  sink_.instruments(registry_);
  append_storage_metrics(sink_, database_->counters(), retention_);
  std::string page;
  const exposition::MetricSink* const sinks[] = {&sink_};
  exposition::join_text(sinks, page);
  return page;
}

}  // namespace sonde::scraper
