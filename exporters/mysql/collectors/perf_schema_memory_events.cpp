#include <array>
#include <string>

#include "exporters/mysql/row_metrics.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {
namespace {

constexpr std::array kMetrics{
    RowMetric{{"mysql_perf_schema_memory_events_alloc_bytes_total",
               "The total number of bytes allocated by events.",
               MetricType::Counter,
               {"event_name"}}},
    RowMetric{{"mysql_perf_schema_memory_events_free_bytes_total",
               "The total number of bytes freed by events.",
               MetricType::Counter,
               {"event_name"}}},
    RowMetric{{"mysql_perf_schema_memory_events_used_bytes",
               "The number of bytes currently allocated by events.",
               MetricType::Gauge,
               {"event_name"}}},
};

}  // namespace

Status scrape_memory_events(const Source& source, MetricSink& sink) {
  auto table = source.connection.query(
      "SELECT EVENT_NAME, SUM_NUMBER_OF_BYTES_ALLOC, SUM_NUMBER_OF_BYTES_FREE, CURRENT_NUMBER_OF_BYTES_USED "
      "FROM performance_schema.memory_summary_global_by_event_name WHERE COUNT_ALLOC > 0");
  if (!table) return table.error();
  remove_prefix(*table, 0, source.options.memory_events.remove_prefix);
  return emit_rows(*table, kMetrics, sink);
}

}  // namespace sonde::mysql
