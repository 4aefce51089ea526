#include "common/exporter/target_pool.h"

#include <utility>

namespace sonde::exporter {

// A collector with the scrapes that wait for it; the first of them is under way.
class TargetPool::Target {
 public:
  Target(std::unique_ptr<Collector> collector, TargetPool& pool) : pool_(pool), collector_(*collector) {
    std::vector<CollectorEntry> entries;
    entries.push_back({.name = "target", .collector = std::move(collector), .may_block = true});
    const Context& context = pool.context_;
    set_ = std::make_unique<CollectorSet>(std::move(entries), CollectorSet::Names{}, context.clock,
                                          context.logger, context.workers);
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
    set_->collect(pool_.context_.loop, {}, next.deadline_monotonic_ns, [this](std::string page) {
      TargetScrape finished = std::move(waiting_.front());
      waiting_.pop_front();
      // The next one first: the answer may take long.
      if (!waiting_.empty()) start_next();
      finished.answer({.body = page.empty() ? std::move(finished.down_page) : std::move(page)});
    });
  }

  TargetPool& pool_;
  Collector& collector_;  // Lives in set_.
  std::unique_ptr<CollectorSet> set_;
  std::deque<TargetScrape> waiting_;
};

TargetPool::TargetPool(Context& context) : context_(context) {}

TargetPool::~TargetPool() = default;

void TargetPool::scrape(const std::string& key, const std::function<std::unique_ptr<Collector>()>& make,
                        TargetScrape request) {
  std::erase_if(retired_, [](const auto& target) { return target->idle(); });
  Target* target = find(key, make);
  if (target == nullptr) {
    return request.answer(
        http::text_response(503, "all " + std::to_string(kTargetsMax) + " targets are being scraped\n"));
  }
  if (target->full()) {
    return request.answer(http::text_response(503, "too many scrapes wait for this target\n"));
  }
  target->used = ++uses_;
  target->scrape(std::move(request));
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
