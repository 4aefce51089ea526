#pragma once
// Our own metrics about scraping, under the reference's names. Lock-free to count from any shard.

#include <string>

#include "common/metrics/instruments.h"

namespace sonde::scrape {

struct ScrapeMetrics {
  explicit ScrapeMetrics(Registry& registry);

  Registry& registry;
  Counter& pools;
  Counter& pools_failed;
  Counter& pool_reloads;
  Counter& pool_reloads_failed;
  Counter& exceeded_target_limit;
  Counter& exceeded_label_limits;
  Counter& exceeded_sample_limit;
  Counter& exceeded_body_size_limit;
  Counter& exceeded_bucket_limit;
  Counter& sample_duplicate;
  Counter& sample_out_of_order;
  Counter& sample_out_of_bounds;
  Counter& exemplar_out_of_order;
};

// The instruments of one job.
struct PoolMetrics {
  PoolMetrics(Registry& registry, const std::string& job_name);

  Counter& syncs;
  Counter& sync_failed;
  Gauge& targets;
  Gauge& target_limit;
};

}  // namespace sonde::scrape
