#include <array>
#include <string>

#include "exporters/mysql/row_metrics.h"
#include "exporters/mysql/scraper.h"
#include "exporters/mysql/sql_text.h"

namespace sonde::mysql {
namespace {

constexpr Desc kCount{"mysql_perf_schema_file_instances_total",
                      "The total number of file read/write operations.",
                      MetricType::Counter,
                      {"file_name", "event_name", "mode"}};
constexpr Desc kBytes{"mysql_perf_schema_file_instances_bytes",
                      "The number of bytes processed by file read/write operations.",
                      MetricType::Counter,
                      {"file_name", "event_name", "mode"}};
constexpr std::array kMetrics{RowMetric{kCount, 1, "read"}, RowMetric{kCount, 1, "write"},
                              RowMetric{kBytes, 1, "read"}, RowMetric{kBytes, 1, "write"}};

}  // namespace

Status scrape_file_instances(const Source& source, MetricSink& sink) {
  auto table = source.connection.query(
      "SELECT FILE_NAME, EVENT_NAME, COUNT_READ, COUNT_WRITE, SUM_NUMBER_OF_BYTES_READ, "
      "SUM_NUMBER_OF_BYTES_WRITE FROM performance_schema.file_summary_by_instance WHERE FILE_NAME REGEXP " +
      sql_text(source.options.file_instances.filter));
  if (!table) return table.error();
  remove_prefix(*table, 0, source.options.file_instances.remove_prefix);
  return emit_rows(*table, kMetrics, sink);
}

}  // namespace sonde::mysql
