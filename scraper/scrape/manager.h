#pragma once
// Scraping as a whole: a pool of targets per job, a loop per target, the loops spread over a few threads.
// Takes configurations and discovered groups, writes rows to the sink. apply(), set_targets() and stop() come
// from one thread (main's loop); what tells the status may be called from any.

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/core/clock.h"
#include "common/core/log.h"
#include "common/core/mutex.h"
#include "common/core/result.h"
#include "common/metrics/instruments.h"
#include "scraper/config/config.h"
#include "scraper/discovery/target.h"
#include "scraper/scrape/scrape_metrics.h"
#include "scraper/scrape/target_status.h"
#include "scraper/storage/sample_sink.h"

namespace sonde::scrape {

class GroupClaims;
struct Pool;
class Shard;

struct ScrapeOptions {
  size_t shard_count = 0;  // threads; 0: one per core, at most kDefaultShardsMax
  bool memo = true;  // --scrape.memo: compare bodies with the text of the last one instead of parsing them
  bool extra_metrics = false;  // --enable-feature=extra-scrape-metrics: for all jobs
  std::string hostname;  // with the external labels, spreads the scrapes of a pair of servers over time; "":
                         // this host's
};

inline constexpr size_t kDefaultShardsMax = 4;

class ScrapeManager final : public TargetStatusSource {
 public:
  // `clock`, `logger`, `sink` and `registry` outlive it.
  static Result<std::unique_ptr<ScrapeManager>> make(ScrapeOptions options, const Clock& clock,
                                                     Logger& logger, storage::SampleSink& sink,
                                                     Registry& registry);
  ~ScrapeManager() override;
  ScrapeManager(const ScrapeManager&) = delete;
  ScrapeManager& operator=(const ScrapeManager&) = delete;

  // Makes the pools match the configuration: jobs that are gone end (their series become stale), those that
  // are unchanged are not disturbed. The targets come by set_targets(), also for changed jobs.
  void apply(const config::Config& config);

  // Everything that discovery knows for a job now. A job that is not configured is ignored.
  void set_targets(const std::string& job_name, std::span<const config::TargetGroup> groups);

  // Ends all loops and threads; writes no stale markers, since the server will be back.
  void stop();

  std::vector<TargetStatus> active_targets(std::string_view pool = {}) const override;
  std::vector<DroppedTarget> dropped_targets(std::string_view pool = {}) const override;
  std::map<std::string, size_t> dropped_target_counts() const override;
  std::vector<std::string> pools() const override;
  std::vector<TargetMetadata> metadata() const override;

 private:
  ScrapeManager(ScrapeOptions options, const Clock& clock, Logger& logger, storage::SampleSink& sink,
                Registry& registry);
  void end_pool(Pool& pool) REQUIRES(mutex_);
  void sync(Pool& pool, discovery::ResolvedTargets resolved) REQUIRES(mutex_);
  Shard& shard_of(const Labels& labels);

  const ScrapeOptions options_;
  const Clock& clock_;
  Logger& logger_;
  storage::SampleSink& sink_;
  ScrapeMetrics metrics_;
  std::unique_ptr<GroupClaims> claims_;
  std::vector<std::unique_ptr<Shard>> shards_;  // Fixed after make().
  uint64_t next_loop_id_ = 1;                   // Owned by the calling thread, as is the seed.
  uint64_t server_hash_ = 0;

  mutable Mutex mutex_;
  std::map<std::string, std::unique_ptr<Pool>> pools_ GUARDED_BY(mutex_);  // by job name
};

}  // namespace sonde::scrape
