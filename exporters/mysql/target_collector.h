#pragma once
// Connects to a server, keeps the connection, and runs scrapers over it. Blocking: lives on a worker of the
// frame, one call at a time.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/clock.h"
#include "common/core/log.h"
#include "common/core/mutex.h"
#include "common/exporter/collector.h"
#include "exporters/mysql/connection.h"
#include "exporters/mysql/limited_connection.h"
#include "exporters/mysql/options.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {

class TargetCollector final : public exporter::Collector {
 public:
  TargetCollector(Endpoint endpoint, const Options& options, const Clock& clock, Logger& logger)
      : endpoint_(std::move(endpoint)), options_(options), clock_(clock), logger_(logger) {}

  // What the next collect() is to do; before it is handed to a worker.
  void set_task(std::vector<std::string_view> scrapers, int64_t deadline_monotonic_ns);

  Status collect(MetricSink& sink) override;

 private:
  struct Task {
    std::vector<std::string_view> scrapers;
    int64_t deadline_monotonic_ns = 0;
  };
  Status connect(int64_t deadline_monotonic_ns);
  Status read_server(Connection& connection);
  Status prepare_session();
  std::vector<const Scraper*> plan(const Task& task) const;
  void run_scrapers(const Task& task, int64_t deadline_monotonic_ns, MetricSink& sink);
  void run(const Scraper& scraper, MetricSink& sink);

  const Endpoint endpoint_;
  const Options& options_;
  const Clock& clock_;
  Logger& logger_;
  Mutex mutex_;
  Task task_ GUARDED_BY(mutex_);
  std::unique_ptr<LimitedConnection> connection_;  // Owned by the worker, as all below.
  std::chrono::seconds read_timeout_{0};
  Server server_;
  std::set<const Scraper*> slow_;  // that ran out of time: next time they come last, and cost no other
};

}  // namespace sonde::mysql
