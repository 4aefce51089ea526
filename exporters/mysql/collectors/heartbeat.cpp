#include <array>
#include <string>

#include "exporters/mysql/row_metrics.h"
#include "exporters/mysql/scraper.h"
#include "exporters/mysql/sql_text.h"

namespace sonde::mysql {
namespace {

constexpr std::array kMetrics{
    RowMetric{{"mysql_heartbeat_stored_timestamp_seconds",
               "Timestamp stored in the heartbeat table.",
               MetricType::Gauge,
               {"server_id"}}},
    RowMetric{{"mysql_heartbeat_now_timestamp_seconds",
               "Timestamp of the current server.",
               MetricType::Gauge,
               {"server_id"}}},
};

}  // namespace

Status scrape_heartbeat(const Source& source, MetricSink& sink) {
  const auto& options = source.options.heartbeat;
  return query_rows(source.connection,
                    "SELECT server_id, UNIX_TIMESTAMP(ts), UNIX_TIMESTAMP(" +
                        std::string(options.utc ? "UTC_TIMESTAMP(6)" : "NOW(6)") + ") FROM " +
                        sql_name(options.database) + "." + sql_name(options.table),
                    kMetrics, sink);
}

}  // namespace sonde::mysql
