#include "scraper/scrape/manager.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <thread>
#include <tuple>
#include <utility>

#include "scraper/scrape/group_claims.h"
#include "scraper/scrape/pool_context.h"
#include "scraper/scrape/shard.h"

namespace sonde::scrape {

// A job: its configuration and the loops that run for it.
struct Pool {
  struct Active {
    discovery::Target target;
    Shard* shard = nullptr;
    uint64_t loop_id = 0;
    std::shared_ptr<LoopStatus> status;  // Shared with the loop.
  };

  Pool(const config::ScrapeConfig& job, const ScrapeOptions& options, ScrapeMetrics& metrics)
      : context(std::make_shared<const PoolContext>(job, options.extra_metrics)),
        target_config(std::make_unique<const config::ScrapeConfig>(job)),
        counts(metrics.registry, job.job_name) {}

  std::shared_ptr<const PoolContext> context;  // Shared with the loops.
  std::unique_ptr<const config::ScrapeConfig>
      target_config;  // the newest; context's may be older in what finds targets
  PoolMetrics counts;
  std::map<uint64_t, Active> active;  // by the target's hash
  std::vector<Labels> dropped;
  size_t dropped_count = 0;
  std::string forced_error;
};

namespace {

std::string this_host() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string target_limit_error(size_t count, uint64_t limit) {
  if (limit == 0 || count <= limit) return "";
  return "target_limit exceeded (number of targets: " + std::to_string(count) +
         ", limit: " + std::to_string(limit) + ")";
}

TargetStatus make_status(const std::string& pool, const Pool::Active& active) {
  LoopStatus::Values values = active.status->get();
  return {.discovered_labels = active.target.discovered,
          .labels = active.target.labels,
          .scrape_pool = pool,
          .scrape_url = active.target.url,
          .last_error = std::move(values.last_error),
          .last_scrape_ms = values.last_scrape_ms,
          .last_scrape_duration_seconds = values.last_duration_seconds,
          .health = values.health,
          .scrape_interval = active.target.interval,
          .scrape_timeout = active.target.timeout};
}

}  // namespace

Result<std::unique_ptr<ScrapeManager>> ScrapeManager::make(ScrapeOptions options, const Clock& clock,
                                                           Logger& logger, storage::SampleSink& sink,
                                                           Registry& registry) {
  if (options.hostname.empty()) options.hostname = this_host();
  if (options.shard_count == 0) {
    options.shard_count = std::clamp<size_t>(std::thread::hardware_concurrency(), 1, kDefaultShardsMax);
  }
  std::unique_ptr<ScrapeManager> manager(
      new ScrapeManager(std::move(options), clock, logger, sink, registry));
  for (size_t i = 0; i < manager->options_.shard_count; ++i) {
    auto shard = Shard::make({.clock = clock,
                              .logger = logger,
                              .sink = sink,
                              .claims = *manager->claims_,
                              .metrics = manager->metrics_,
                              .compare = manager->options_.memo});
    if (!shard) return shard.error();
    manager->shards_.push_back(std::move(*shard));
  }
  return manager;
}

ScrapeManager::ScrapeManager(ScrapeOptions options, const Clock& clock, Logger& logger,
                             storage::SampleSink& sink, Registry& registry)
    : options_(std::move(options)),
      clock_(clock),
      logger_(logger),
      sink_(sink),
      metrics_(registry),
      claims_(std::make_unique<GroupClaims>()) {}

ScrapeManager::~ScrapeManager() {
  stop();
}

void ScrapeManager::stop() {
  for (const auto& shard : shards_) shard->stop();
}

// Targets of equal labels meet on one shard, so that what one left another can go on with.
Shard& ScrapeManager::shard_of(const Labels& labels) {
  return *shards_[labels.hash() % shards_.size()];
}

void ScrapeManager::apply(const config::Config& config) {
  server_hash_ = std::hash<std::string>{}(options_.hostname) ^ config.global.external_labels.hash();
  MutexLock lock(mutex_);
  for (auto it = pools_.begin(); it != pools_.end();) {
    const auto same_name = [&it](const config::ScrapeConfig& job) { return job.job_name == it->first; };
    const bool wanted = std::ranges::any_of(config.scrape_configs, same_name);
    if (!wanted) end_pool(*it->second);
    it = wanted ? std::next(it) : pools_.erase(it);
  }
  for (const config::ScrapeConfig& job : config.scrape_configs) {
    auto& pool = pools_[job.job_name];
    if (pool && scrapes_alike(pool->context->config, job)) {
      // What relabels and discovers targets may have changed; that shows in the targets that come.
      pool->target_config = std::make_unique<const config::ScrapeConfig>(job);
      continue;
    }
    (pool ? metrics_.pool_reloads : metrics_.pools).add();
    if (pool) end_pool(*pool);
    pool = std::make_unique<Pool>(job, options_, metrics_);
    pool->counts.target_limit.set(static_cast<double>(job.scrape.limits.targets));
  }
}

void ScrapeManager::end_pool(Pool& pool) {
  for (const auto& [hash, active] : pool.active) active.shard->end(active.loop_id);
  pool.counts.targets.set(0);
}

void ScrapeManager::set_targets(const std::string& job_name, std::span<const config::TargetGroup> groups) {
  MutexLock lock(mutex_);
  const auto it = pools_.find(job_name);
  if (it == pools_.end()) return;
  Pool& pool = *it->second;
  auto resolved = discovery::resolve_targets(*pool.target_config, groups);
  for (const std::string& failure : resolved.failures) {
    logger_.error("Creating target failed", {{"scrape_pool", job_name}, {"err", failure}});
  }
  pool.counts.sync_failed.add(static_cast<double>(resolved.failures.size()));
  sync(pool, std::move(resolved));
}

void ScrapeManager::sync(Pool& pool, discovery::ResolvedTargets resolved) {
  const uint64_t limit = pool.context->config.scrape.limits.targets;
  std::string forced_error = target_limit_error(resolved.active.size(), limit);
  if (!forced_error.empty()) metrics_.exceeded_target_limit.add();
  const uint64_t first_new_loop = next_loop_id_;
  std::map<uint64_t, Pool::Active> before = std::exchange(pool.active, {});
  for (discovery::Target& target : resolved.active) {
    const auto known = before.find(target.hash);
    if (known != before.end()) {
      known->second.target.discovered = std::move(target.discovered);
      if (forced_error != pool.forced_error)
        known->second.shard->force_error(known->second.loop_id, forced_error);
      pool.active.insert(before.extract(known));
      continue;
    }
    Pool::Active active{.target = target,
                        .shard = &shard_of(target.labels),
                        .loop_id = next_loop_id_++,
                        .status = std::make_shared<LoopStatus>()};
    pool.active.emplace(target.hash, std::move(active));
  }
  // Those that go leave their groups before those that come take them.
  for (const auto& [hash, active] : before) active.shard->end(active.loop_id);
  for (const auto& [hash, active] : pool.active) {
    if (active.loop_id < first_new_loop) continue;
    active.shard->add(pool.context, active.target,
                      {.id = active.loop_id, .server_hash = server_hash_, .forced_error = forced_error},
                      active.status);
  }
  pool.forced_error = std::move(forced_error);
  pool.dropped = std::move(resolved.dropped);
  pool.dropped_count = resolved.dropped_count;
  pool.counts.syncs.add();
  pool.counts.targets.set(static_cast<double>(pool.active.size()));
}

std::vector<TargetStatus> ScrapeManager::active_targets(std::string_view wanted) const {
  std::vector<TargetStatus> out;
  MutexLock lock(mutex_);
  for (const auto& [name, pool] : pools_) {
    if (!wanted.empty() && wanted != name) continue;
    for (const auto& [hash, active] : pool->active) out.push_back(make_status(name, active));
  }
  std::ranges::sort(out, {}, [](const TargetStatus& status) {
    return std::tie(status.scrape_pool, status.scrape_url, status.labels);
  });
  return out;
}

std::vector<DroppedTarget> ScrapeManager::dropped_targets(std::string_view wanted) const {
  std::vector<DroppedTarget> out;
  MutexLock lock(mutex_);
  for (const auto& [name, pool] : pools_) {
    if (!wanted.empty() && wanted != name) continue;
    for (const Labels& labels : pool->dropped)
      out.push_back({.discovered_labels = labels, .scrape_pool = name});
  }
  return out;
}

std::map<std::string, size_t> ScrapeManager::dropped_target_counts() const {
  std::map<std::string, size_t> out;
  MutexLock lock(mutex_);
  for (const auto& [name, pool] : pools_) out[name] = pool->dropped_count;
  return out;
}

std::vector<std::string> ScrapeManager::pools() const {
  std::vector<std::string> out;
  MutexLock lock(mutex_);
  for (const auto& [name, pool] : pools_) out.push_back(name);
  return out;
}

std::vector<TargetMetadata> ScrapeManager::metadata() const {
  std::vector<std::pair<Labels, std::shared_ptr<const Memo>>> memos;
  {
    MutexLock lock(mutex_);
    for (const auto& [name, pool] : pools_) {
      for (const auto& [hash, active] : pool->active)
        memos.emplace_back(active.target.labels, active.status->get().memo);
    }
  }
  std::vector<TargetMetadata> out;
  for (auto& [labels, memo] : memos) {
    if (memo) out.push_back({.labels = std::move(labels), .families = memo->metadata()});
  }
  return out;
}

}  // namespace sonde::scrape
