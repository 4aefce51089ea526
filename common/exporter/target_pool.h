#pragma once
// What exporters of remote servers share (?target=): one kept collector per target, asked by one scrape at a
// time however many clients want it, and forgotten when it is idle and room is needed for another. Loop
// thread, but for the collectors, which block on the process's workers.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/exporter/frame.h"

namespace sonde::exporter {

// One wish to scrape a target.
struct TargetScrape {
  // Tells the collector what is wanted; runs on the loop's thread just before the collector is handed to a
  // worker.
  std::function<void(Collector& collector)> prepare;
  int64_t deadline_monotonic_ns = 0;
  // The page when the target was not back by the deadline, not even with an error.
  std::string down_page;
  Answer answer;
};

// Workers for exporters of many servers: one that does not answer holds its worker until the deadline, and
// the four of other exporters would let four dead servers hold up all that live.
inline constexpr WorkerPool::Limits kTargetWorkers{.workers_max = 32, .abandoned_max = 32};

class TargetPool {
 public:
  // Targets that are kept; the least recently used idle one goes when one more is asked for.
  static constexpr size_t kTargetsMax = 256;
  // Scrapes of one target that may wait for each other.
  static constexpr size_t kWaitingMax = 64;

  explicit TargetPool(Context& context);
  ~TargetPool();
  TargetPool(const TargetPool&) = delete;
  TargetPool& operator=(const TargetPool&) = delete;

  // `key` says which target and all that decides what may be seen there, secrets too: a kept connection
  // serves only those who could have opened it. It is never shown. `make` is called when the target is not
  // kept yet. Answers with status 503 when all kept targets are busy or too many scrapes wait for this one.
  void scrape(const std::string& key, const std::function<std::unique_ptr<Collector>()>& make,
              TargetScrape request);

  // Forgets all targets (after a reload); scrapes that are under way still end.
  void clear();

 private:
  class Target;
  Target* find(const std::string& key, const std::function<std::unique_ptr<Collector>()>& make);
  bool make_room();

  Context& context_;
  std::map<std::string, std::unique_ptr<Target>> targets_;
  std::vector<std::unique_ptr<Target>> retired_;  // Forgotten, but not yet idle.
  uint64_t uses_ = 0;
};

}  // namespace sonde::exporter
