#include <array>
#include <string>

#include "exporters/mysql/row_metrics.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {
namespace {

constexpr std::array kMetrics{
    RowMetric{{"mysql_perf_schema_last_applied_transaction_original_commit_timestamp_seconds",
               "A timestamp shows when the last transaction applied by this worker was committed"
               " on the original master.",
               MetricType::Gauge,
               {"channel_name", "member_id"}}},
    RowMetric{{"mysql_perf_schema_last_applied_transaction_immediate_commit_timestamp_seconds",
               "A timestamp shows when the last transaction applied by this worker was committed"
               " on the immediate master.",
               MetricType::Gauge,
               {"channel_name", "member_id"}}},
    RowMetric{{"mysql_perf_schema_last_applied_transaction_start_apply_timestamp_seconds",
               "A timestamp shows when this worker started applying the last applied "
               "transaction.",
               MetricType::Gauge,
               {"channel_name", "member_id"}}},
    RowMetric{{"mysql_perf_schema_last_applied_transaction_end_apply_timestamp_seconds",
               "A shows when this worker finished applying the last applied transaction.",
               MetricType::Gauge,
               {"channel_name", "member_id"}}},
    RowMetric{{"mysql_perf_schema_applying_transaction_original_commit_timestamp_seconds",
               "A timestamp that shows when the transaction this worker is currently applying "
               "was committed on the original master.",
               MetricType::Gauge,
               {"channel_name", "member_id"}}},
    RowMetric{{"mysql_perf_schema_applying_transaction_immediate_commit_timestamp_seconds",
               "A timestamp shows when the transaction this worker is currently applying was "
               "committed on the immediate master.",
               MetricType::Gauge,
               {"channel_name", "member_id"}}},
    RowMetric{{"mysql_perf_schema_applying_transaction_start_apply_timestamp_seconds",
               "A timestamp shows when this worker started its first attempt to apply the "
               "transaction that is currently being applied.",
               MetricType::Gauge,
               {"channel_name", "member_id"}}},
};

}  // namespace

// Differs: the server makes Unix times of its times, so that its time zone does not matter; the reference
// takes them for UTC.
Status scrape_replication_applier_status(const Source& source, MetricSink& sink) {
  return query_rows(source.connection,
                    "SELECT CHANNEL_NAME, WORKER_ID, "
                    "UNIX_TIMESTAMP(LAST_APPLIED_TRANSACTION_ORIGINAL_COMMIT_TIMESTAMP), "
                    "UNIX_TIMESTAMP(LAST_APPLIED_TRANSACTION_IMMEDIATE_COMMIT_TIMESTAMP), "
                    "UNIX_TIMESTAMP(LAST_APPLIED_TRANSACTION_START_APPLY_TIMESTAMP), "
                    "UNIX_TIMESTAMP(LAST_APPLIED_TRANSACTION_END_APPLY_TIMESTAMP), "
                    "UNIX_TIMESTAMP(APPLYING_TRANSACTION_ORIGINAL_COMMIT_TIMESTAMP), "
                    "UNIX_TIMESTAMP(APPLYING_TRANSACTION_IMMEDIATE_COMMIT_TIMESTAMP), "
                    "UNIX_TIMESTAMP(APPLYING_TRANSACTION_START_APPLY_TIMESTAMP) "
                    "FROM performance_schema.replication_applier_status_by_worker",
                    kMetrics, sink);
}

}  // namespace sonde::mysql
