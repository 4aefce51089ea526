#include "scraper/scrape/scrape_metrics.h"

namespace sonde::scrape {
namespace {

using enum MetricType;

constexpr Desc kPools{"prometheus_target_scrape_pools_total",
                      "Total number of scrape pool creation attempts.", Counter};
constexpr Desc kPoolsFailed{"prometheus_target_scrape_pools_failed_total",
                            "Total number of scrape pool creations that failed.", Counter};
constexpr Desc kPoolReloads{"prometheus_target_scrape_pool_reloads_total",
                            "Total number of scrape pool reloads.", Counter};
constexpr Desc kPoolReloadsFailed{"prometheus_target_scrape_pool_reloads_failed_total",
                                  "Total number of failed scrape pool reloads.", Counter};
constexpr Desc kExceededTargetLimit{"prometheus_target_scrape_pool_exceeded_target_limit_total",
                                    "Total number of times scrape pools hit the target limit.", Counter};
constexpr Desc kExceededLabelLimits{"prometheus_target_scrape_pool_exceeded_label_limits_total",
                                    "Total number of times scrape pools hit the label limits.", Counter};
constexpr Desc kExceededSampleLimit{"prometheus_target_scrapes_exceeded_sample_limit_total",
                                    "Total number of scrapes that hit the sample limit and were rejected.",
                                    Counter};
constexpr Desc kExceededBodySizeLimit{"prometheus_target_scrapes_exceeded_body_size_limit_total",
                                      "Total number of scrapes that hit the body size limit.", Counter};
constexpr Desc kExceededBucketLimit{"prometheus_target_scrapes_exceeded_native_histogram_bucket_limit_total",
                                    "Total number of scrapes that hit the native histogram bucket limit.",
                                    Counter};
constexpr Desc kDuplicate{"prometheus_target_scrapes_sample_duplicate_timestamp_total",
                          "Total number of samples rejected because their series was in the scrape already.",
                          Counter};
constexpr Desc kOutOfOrder{"prometheus_target_scrapes_sample_out_of_order_total",
                           "Total number of samples rejected because newer ones are stored.", Counter};
constexpr Desc kOutOfBounds{"prometheus_target_scrapes_sample_out_of_bounds_total",
                            "Total number of samples rejected because their time is out of bounds.", Counter};
constexpr Desc kExemplarOutOfOrder{"prometheus_target_scrapes_exemplar_out_of_order_total",
                                   "Total number of exemplars rejected because newer ones are stored.",
                                   Counter};

constexpr Desc kSyncs{"prometheus_target_scrape_pool_sync_total",
                      "Total number of times a scrape pool took over a new list of targets.",
                      Counter,
                      {"scrape_job"}};
constexpr Desc kSyncFailed{"prometheus_target_sync_failed_total",
                           "Total number of targets that could not be scraped as discovered.",
                           Counter,
                           {"scrape_job"}};
constexpr Desc kTargets{"prometheus_target_scrape_pool_targets",
                        "Current number of targets in this scrape pool.",
                        Gauge,
                        {"scrape_job"}};
constexpr Desc kTargetLimit{"prometheus_target_scrape_pool_target_limit",
                            "Maximum number of targets allowed in this scrape pool.",
                            Gauge,
                            {"scrape_job"}};

}  // namespace

ScrapeMetrics::ScrapeMetrics(Registry& target)
    : registry(target),
      pools(target.counter(kPools)),
      pools_failed(target.counter(kPoolsFailed)),
      pool_reloads(target.counter(kPoolReloads)),
      pool_reloads_failed(target.counter(kPoolReloadsFailed)),
      exceeded_target_limit(target.counter(kExceededTargetLimit)),
      exceeded_label_limits(target.counter(kExceededLabelLimits)),
      exceeded_sample_limit(target.counter(kExceededSampleLimit)),
      exceeded_body_size_limit(target.counter(kExceededBodySizeLimit)),
      exceeded_bucket_limit(target.counter(kExceededBucketLimit)),
      sample_duplicate(target.counter(kDuplicate)),
      sample_out_of_order(target.counter(kOutOfOrder)),
      sample_out_of_bounds(target.counter(kOutOfBounds)),
      exemplar_out_of_order(target.counter(kExemplarOutOfOrder)) {}

PoolMetrics::PoolMetrics(Registry& registry, const std::string& job_name)
    : syncs(registry.counter(kSyncs, {job_name})),
      sync_failed(registry.counter(kSyncFailed, {job_name})),
      targets(registry.gauge(kTargets, {job_name})),
      target_limit(registry.gauge(kTargetLimit, {job_name})) {}

}  // namespace sonde::scrape
