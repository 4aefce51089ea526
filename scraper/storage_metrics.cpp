#include "scraper/storage_metrics.h"

#include <array>

#include "common/metrics/family.h"

namespace sonde::scraper {
namespace {

using Counters = tsdb::DatabaseCounters;

struct MetricRow {
  Desc desc;
  double (*value)(const Counters&);
};

// 53 bits hold every count that will be seen.
double as_number(uint64_t value) {
  return static_cast<double>(value);
}
double as_seconds(int64_t time_ms) {
  return static_cast<double>(time_ms) / 1000;
}

// Differs: out-of-order and out-of-bound are counted per scrape, because a scrape is stored as one row or not
// at all.
constexpr std::array kMetrics{
    MetricRow{{"prometheus_tsdb_blocks_loaded", "Number of currently loaded data blocks"},
              [](const Counters& c) { return as_number(c.blocks); }},
    MetricRow{{"prometheus_tsdb_compactions_failed_total", "Total number of compactions that failed.",
               MetricType::Counter},
              [](const Counters& c) { return as_number(c.compactions_failed); }},
    MetricRow{{"prometheus_tsdb_compactions_total", "Total number of compactions that were executed.",
               MetricType::Counter},
              [](const Counters& c) { return as_number(c.compactions); }},
    MetricRow{{"prometheus_tsdb_head_chunks", "Total number of chunks in the head block."},
              [](const Counters& c) { return as_number(c.head_chunks); }},
    MetricRow{{"prometheus_tsdb_head_max_time", "Maximum timestamp of the head block, in milliseconds."},
              [](const Counters& c) { return static_cast<double>(c.head_time_max_ms); }},
    MetricRow{{"prometheus_tsdb_head_max_time_seconds", "Maximum timestamp of the head block."},
              [](const Counters& c) { return as_seconds(c.head_time_max_ms); }},
    MetricRow{{"prometheus_tsdb_head_min_time", "Minimum time bound of the head block, in milliseconds."},
              [](const Counters& c) { return static_cast<double>(c.head_time_min_ms); }},
    MetricRow{{"prometheus_tsdb_head_min_time_seconds", "Minimum time bound of the head block."},
              [](const Counters& c) { return as_seconds(c.head_time_min_ms); }},
    MetricRow{{"prometheus_tsdb_head_series", "Total number of series in the head block."},
              [](const Counters& c) { return as_number(c.head_series); }},
    MetricRow{{"prometheus_tsdb_out_of_bound_samples_total",
               "Total number of scrapes refused because they are too old.", MetricType::Counter},
              [](const Counters& c) { return as_number(c.rows_out_of_bounds); }},
    MetricRow{{"prometheus_tsdb_out_of_order_samples_total",
               "Total number of scrapes refused because they are older than the newest of their target.",
               MetricType::Counter},
              [](const Counters& c) { return as_number(c.rows_out_of_order); }},
    MetricRow{{"prometheus_tsdb_size_retentions_total",
               "The number of blocks deleted because the maximum number of bytes was exceeded.",
               MetricType::Counter},
              [](const Counters& c) { return as_number(c.blocks_deleted_by_size); }},
    MetricRow{
        {"prometheus_tsdb_storage_blocks_bytes", "The number of bytes that are used by blocks on disk."},
        [](const Counters& c) { return as_number(c.blocks_bytes); }},
    MetricRow{
        {"prometheus_tsdb_time_retentions_total",
         "The number of blocks deleted because the maximum time limit was exceeded.", MetricType::Counter},
        [](const Counters& c) { return as_number(c.blocks_deleted_by_time); }},
    MetricRow{{"prometheus_tsdb_wal_corruptions_total", "Total number of damaged records in the log.",
               MetricType::Counter},
              [](const Counters& c) { return as_number(c.log_corruptions); }},
    MetricRow{{"prometheus_tsdb_wal_storage_size_bytes", "Size of the log on disk."},
              [](const Counters& c) { return as_number(c.log_bytes); }},
    MetricRow{{"prometheus_tsdb_wal_writes_failed_total", "Total number of writes to the log that failed.",
               MetricType::Counter},
              [](const Counters& c) { return as_number(c.log_write_failures); }},
};

constexpr Desc kSamplesAppended{"prometheus_tsdb_head_samples_appended_total",
                                "Total number of appended samples.",
                                MetricType::Counter,
                                {"type"}};
constexpr Desc kRetentionSeconds{"prometheus_tsdb_retention_limit_seconds",
                                 "How long to retain samples in storage; 0: no limit."};
constexpr Desc kRetentionBytes{"prometheus_tsdb_retention_limit_bytes",
                               "Max number of bytes to be retained in blocks; 0: no limit."};
constexpr Desc kRetentionPercentage{"prometheus_tsdb_retention_limit_percentage",
                                    "Max share of the disk to be retained in blocks; 0: no limit."};

}  // namespace

void append_storage_metrics(exposition::MetricSink& sink, const tsdb::DatabaseCounters& counters,
                            const tsdb::Retention& retention) {
  for (const MetricRow& row : kMetrics) sink.sample(row.desc, row.value(counters));
  sink.sample(kSamplesAppended, {"float"}, as_number(counters.samples_appended));
  sink.sample(kRetentionSeconds, as_seconds(retention.time_ms));
  sink.sample(kRetentionBytes, as_number(retention.bytes));
  sink.sample(kRetentionPercentage, retention.percentage);
}

}  // namespace sonde::scraper
