#pragma once
// Keeps the target groups of every job up to date while the configuration lasts. Runs on the loop's thread,
// all calls and callbacks included. A mechanism is a Source; static groups need none. Sources whose
// configuration did not change survive a reload with what they found.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/core/log.h"
#include "common/loop/event_loop.h"
#include "scraper/config/config.h"

namespace sonde::discovery {

using Groups = std::vector<config::TargetGroup>;

// One running mechanism: one entry of a `*_sd_configs` list. It finds all it can before its constructor
// returns or calls back later; what it cannot refresh it keeps.
class Source {
 public:
  virtual ~Source() = default;
  // Everything found so far.
  virtual const Groups& groups() const = 0;
};

class Discovery {
 public:
  // `changed` gets a job's name and all its groups: from apply() for every job, later whenever a source finds
  // a difference. Changes of one moment come together, after they have been quiet for 50 ms.
  using Changed = std::function<void(const std::string& job_name, const Groups& groups)>;

  Discovery(loop::EventLoop& loop, Logger& logger, Changed changed);
  ~Discovery();
  Discovery(const Discovery&) = delete;
  Discovery& operator=(const Discovery&) = delete;

  // Makes the running sources match the jobs; a job that is not listed ends without a callback.
  void apply(const std::vector<config::ScrapeConfig>& jobs);

  size_t source_count() const;

 private:
  struct Job;
  void schedule(const std::string& job_name);
  void deliver();
  void deliver_job(const std::string& job_name, const Job& job) const;

  loop::EventLoop& loop_;
  Logger& logger_;
  Changed changed_;
  std::map<std::string, std::unique_ptr<Job>> jobs_;
  std::vector<std::string> pending_;  // jobs with a change that is not delivered yet
  loop::TimerId timer_ = loop::TimerId::None;
};

}  // namespace sonde::discovery
