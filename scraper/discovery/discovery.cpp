#include "scraper/discovery/discovery.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "scraper/discovery/file_source.h"

namespace sonde::discovery {
namespace {

// Changes that come together are delivered together.
constexpr std::chrono::milliseconds kSettleTime{50};

}  // namespace

struct Discovery::Job {
  struct Running {
    config::FileDiscoveryConfig config;
    std::unique_ptr<Source> source;
  };
  Groups static_groups;
  std::vector<Running> running;

  // Takes out a source that runs with this configuration already; empty when there is none.
  std::unique_ptr<Source> take(const config::FileDiscoveryConfig& wanted) {
    for (Running& entry : running) {
      const bool same =
          entry.config.files == wanted.files && entry.config.refresh_interval == wanted.refresh_interval;
      if (same && entry.source != nullptr) return std::move(entry.source);
    }
    return nullptr;
  }
};

Discovery::Discovery(loop::EventLoop& loop, Logger& logger, Changed changed)
    : loop_(loop), logger_(logger), changed_(std::move(changed)) {}

Discovery::~Discovery() {
  loop_.cancel(timer_);
}

void Discovery::apply(const std::vector<config::ScrapeConfig>& jobs) {
  std::map<std::string, std::unique_ptr<Job>> next;
  for (const config::ScrapeConfig& config : jobs) {
    auto job = std::make_unique<Job>();
    job->static_groups = config.discovery.static_groups;
    const auto old = jobs_.find(config.job_name);
    for (const config::FileDiscoveryConfig& file : config.discovery.files) {
      auto source = old == jobs_.end() ? nullptr : old->second->take(file);
      if (source == nullptr) {
        source = std::make_unique<FileSource>(loop_, logger_, file,
                                              [this, name = config.job_name] { schedule(name); });
      }
      job->running.push_back({file, std::move(source)});
    }
    next.emplace(config.job_name, std::move(job));
  }
  jobs_ = std::move(next);
  pending_.clear();
  for (const auto& [name, job] : jobs_) deliver_job(name, *job);
}

size_t Discovery::source_count() const {
  size_t count = 0;
  for (const auto& [name, job] : jobs_) count += job->running.size();
  return count;
}

void Discovery::schedule(const std::string& job_name) {
  if (std::ranges::find(pending_, job_name) == pending_.end()) pending_.push_back(job_name);
  if (timer_ != loop::TimerId::None) return;
  timer_ = loop_.after(kSettleTime, [this] {
    timer_ = loop::TimerId::None;
    deliver();
  });
}

void Discovery::deliver() {
  for (const std::string& name : std::exchange(pending_, {})) {
    if (const auto job = jobs_.find(name); job != jobs_.end()) deliver_job(name, *job->second);
  }
}

void Discovery::deliver_job(const std::string& job_name, const Job& job) const {
  Groups groups = job.static_groups;
  for (const Job::Running& entry : job.running) {
    const Groups& found = entry.source->groups();
    groups.insert(groups.end(), found.begin(), found.end());
  }
  changed_(job_name, groups);
}

}  // namespace sonde::discovery
