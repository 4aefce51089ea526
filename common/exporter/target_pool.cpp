#include "common/exporter/target_pool.h"

#include <utility>

namespace sonde::exporter {

// A collector with the scrapes that wait for it; the first of them is under way.
class TargetPool::Target {
 public:
  Target(std::unique_ptr<Collector> collector, TargetPool& pool) : pool_(pool), collector_(*collector) {
    std::vector<CollectorEntry> entries;
    entries.push_back({.name = "target", .collector = std::move(collector), .may_block = true});
    set_ =
        std::make_unique<CollectorSet>(std::move(entries), CollectorSet::Names{}, pool.clock_, pool.logger_);
  }

  void scrape(TargetScrape request) {
    waiting_.push_back(std::move(request));
    if (waiting_.size() == 1) start_next();
  }

  bool idle() const { return waiting_.empty(); }
  bool full() const { return waiting_.size() >= kWaitingMax; }
  uint64_t used = 0;

 private:
  void start_next() {
    const TargetScrape& next = waiting_.front();
    next.prepare(collector_);
    set_->collect(pool_.loop_, {}, next.deadline_monotonic_ns, [this](std::string page) {
      const TargetScrape finished = std::move(waiting_.front());
      waiting_.pop_front();
      // The next one first: the callback may take long.
      if (!waiting_.empty()) start_next();
      finished.done(std::move(page));
    });
  }

  TargetPool& pool_;
  Collector& collector_;  // Lives in set_.
  std::unique_ptr<CollectorSet> set_;
  std::deque<TargetScrape> waiting_;
};

TargetPool::TargetPool(loop::EventLoop& loop, const Clock& clock, Logger& logger)
    : loop_(loop), clock_(clock), logger_(logger) {}

TargetPool::~TargetPool() = default;

Status TargetPool::scrape(const std::string& key, const std::function<std::unique_ptr<Collector>()>& make,
                          TargetScrape request) {
  std::erase_if(retired_, [](const auto& target) { return target->idle(); });
  Target* target = find(key, make);
  if (target == nullptr) {
    return Error(ErrorCode::LimitExceeded,
                 "all " + std::to_string(kTargetsMax) + " targets are being scraped");
  }
  if (target->full()) {
    return Error(ErrorCode::LimitExceeded, "too many scrapes wait for this target");
  }
  target->used = ++uses_;
  target->scrape(std::move(request));
  return Ok{};
}

TargetPool::Target* TargetPool::find(const std::string& key,
                                     const std::function<std::unique_ptr<Collector>()>& make) {
  const auto found = targets_.find(key);
  if (found != targets_.end()) return found->second.get();
  if (targets_.size() >= kTargetsMax && !make_room()) return nullptr;
  return targets_.emplace(key, std::make_unique<Target>(make(), *this)).first->second.get();
}

bool TargetPool::make_room() {
  auto oldest = targets_.end();
  for (auto at = targets_.begin(); at != targets_.end(); ++at) {
    const bool older = oldest == targets_.end() || at->second->used < oldest->second->used;
    if (at->second->idle() && older) oldest = at;
  }
  if (oldest == targets_.end()) return false;
  targets_.erase(oldest);
  return true;
}

void TargetPool::clear() {
  for (auto& [key, target] : targets_) retired_.push_back(std::move(target));
  targets_.clear();
}

}  // namespace sonde::exporter
