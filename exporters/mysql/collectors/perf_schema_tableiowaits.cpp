#include <string>

#include "exporters/mysql/io_waits.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {
namespace {

constexpr Desc kWaits{"mysql_perf_schema_table_io_waits_total",
                      "The total number of table I/O wait events for each table and operation.",
                      MetricType::Counter,
                      {"schema", "name", "operation"}};
constexpr Desc kTime{"mysql_perf_schema_table_io_waits_seconds_total",
                     "The total time of table I/O wait events for each table and operation.",
                     MetricType::Counter,
                     {"schema", "name", "operation"}};
constexpr auto kMetrics = io_wait_metrics(kWaits, kTime);

}  // namespace

Status scrape_table_io_waits(const Source& source, MetricSink& sink) {
  return query_rows(
      source.connection,
      "SELECT OBJECT_SCHEMA, OBJECT_NAME, COUNT_FETCH, COUNT_INSERT, COUNT_UPDATE, COUNT_DELETE, "
      "SUM_TIMER_FETCH, SUM_TIMER_INSERT, SUM_TIMER_UPDATE, SUM_TIMER_DELETE "
      "FROM performance_schema.table_io_waits_summary_by_table "
      "WHERE OBJECT_SCHEMA NOT IN ('mysql', 'performance_schema')",
      kMetrics, sink);
}

}  // namespace sonde::mysql
