#include <array>
#include <string>

#include "exporters/mysql/row_metrics.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {
namespace {

constexpr std::array kMetrics{
    RowMetric{{"mysql_info_schema_replica_host_cpu_percent",
               "The CPU usage as a percentage.",
               MetricType::Gauge,
               {"server_id", "role"}}},
    RowMetric{{"mysql_info_schema_replica_host_replica_latency_seconds",
               "The source-replica latency in seconds.",
               MetricType::Gauge,
               {"server_id", "role"}},
              kMicrosecondsPerSecond},
    RowMetric{{"mysql_info_schema_replica_host_lag_seconds",
               "The replica lag in seconds.",
               MetricType::Gauge,
               {"server_id", "role"}},
              kMillisecondsPerSecond},
    RowMetric{{"mysql_info_schema_replica_host_log_stream_speed",
               "The log stream speed in kilobytes per second.",
               MetricType::Gauge,
               {"server_id", "role"}}},
    RowMetric{{"mysql_info_schema_replica_host_replay_latency_seconds",
               "The current replay latency in seconds.",
               MetricType::Gauge,
               {"server_id", "role"}},
              kMicrosecondsPerSecond},
};

}  // namespace

// Of Amazon Aurora; other servers do not have the table, and nothing to say.
Status scrape_replica_host(const Source& source, MetricSink& sink) {
  const auto table = source.connection.query(
      "SELECT SERVER_ID, IF(SESSION_ID='MASTER_SESSION_ID', 'writer', 'reader'), CPU, "
      "MASTER_SLAVE_LATENCY_IN_MICROSECONDS, REPLICA_LAG_IN_MILLISECONDS, "
      "LOG_STREAM_SPEED_IN_KiB_PER_SECOND, "
      "CURRENT_REPLAY_LATENCY_IN_MICROSECONDS FROM information_schema.replica_host_status");
  if (!table) return table.error().code() == ErrorCode::NotFound ? Status(Ok{}) : table.error();
  return emit_rows(*table, kMetrics, sink);
}

}  // namespace sonde::mysql
