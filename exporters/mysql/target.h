#pragma once
// One server that is scraped: its kept connection, and a queue so that it is asked by one scrape at a time
// however many clients want it. Loop thread, but for the collector inside, which runs on a worker.

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/clock.h"
#include "common/core/log.h"
#include "common/exporter/frame.h"
#include "exporters/mysql/connection.h"
#include "exporters/mysql/options.h"

namespace sonde::mysql {

class TargetCollector;

// One wish to scrape a target.
struct ScrapeRequest {
  std::vector<std::string_view> scrapers;  // names of rows in the table
  int64_t deadline_monotonic_ns = 0;
  std::function<void(std::string page)> done;
};

class Target {
 public:
  Target(Endpoint endpoint, const Options& options, const Clock& clock, Logger& logger);
  ~Target();
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  // Calls back on the loop's thread with the text page. A server that is down gives a page with mysql_up 0.
  void scrape(loop::EventLoop& loop, ScrapeRequest request);
  bool idle() const { return waiting_.empty(); }

 private:
  void start_next(loop::EventLoop& loop);

  TargetCollector* collector_;  // Owned by set_.
  std::unique_ptr<exporter::CollectorSet> set_;
  std::deque<ScrapeRequest> waiting_;  // The first is being worked on.
};

}  // namespace sonde::mysql
