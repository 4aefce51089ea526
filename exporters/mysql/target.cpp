#include "exporters/mysql/target.h"

#include <utility>

#include "exporters/mysql/target_collector.h"

namespace sonde::mysql {
namespace {

std::unique_ptr<exporter::CollectorSet> make_set(std::unique_ptr<TargetCollector> collector,
                                                 const Clock& clock, Logger& logger) {
  std::vector<exporter::CollectorEntry> entries;
  entries.push_back({.name = "mysql", .collector = std::move(collector), .may_block = true});
  return std::make_unique<exporter::CollectorSet>(std::move(entries), exporter::CollectorSet::Names{}, clock,
                                                  logger);
}

// The page of a server that did not answer in time, not even with an error.
constexpr std::string_view kDownPage =
    "# HELP mysql_up Whether the MySQL server is up.\n# TYPE mysql_up gauge\nmysql_up 0\n";

}  // namespace

Target::Target(Endpoint endpoint, const Options& options, const Clock& clock, Logger& logger) {
  auto collector = std::make_unique<TargetCollector>(std::move(endpoint), options, clock, logger);
  collector_ = collector.get();
  set_ = make_set(std::move(collector), clock, logger);
}

Target::~Target() = default;

void Target::scrape(loop::EventLoop& loop, ScrapeRequest request) {
  waiting_.push_back(std::move(request));
  if (waiting_.size() == 1) start_next(loop);
}

void Target::start_next(loop::EventLoop& loop) {
  const ScrapeRequest& next = waiting_.front();
  collector_->set_task(next.scrapers, next.deadline_monotonic_ns);
  set_->collect(loop, {}, next.deadline_monotonic_ns, [this, &loop](std::string page) {
    const ScrapeRequest finished = std::move(waiting_.front());
    waiting_.pop_front();
    if (page.empty()) page = kDownPage;
    // The next one first: the callback may take long or end this target.
    if (!waiting_.empty()) start_next(loop);
    finished.done(std::move(page));
  });
}

}  // namespace sonde::mysql
