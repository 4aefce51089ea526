#include <string>

#include "exporters/mysql/io_waits.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {
namespace {

constexpr Desc kWaits{"mysql_perf_schema_index_io_waits_total",
                      "The total number of index I/O wait events for each index and operation.",
                      MetricType::Counter,
                      {"schema", "name", "index", "operation"}};
constexpr Desc kTime{"mysql_perf_schema_index_io_waits_seconds_total",
                     "The total time of index I/O wait events for each index and operation.",
                     MetricType::Counter,
                     {"schema", "name", "index", "operation"}};
constexpr auto kMetrics = io_wait_metrics(kWaits, kTime);

}  // namespace

// Rows go into a table and not into one of its indexes: inserts are those of no index.
Status scrape_index_io_waits(const Source& source, MetricSink& sink) {
  return query_rows(
      source.connection,
      "SELECT OBJECT_SCHEMA, OBJECT_NAME, IFNULL(INDEX_NAME, 'NONE'), COUNT_FETCH, "
      "IF(INDEX_NAME IS NULL, COUNT_INSERT, NULL), COUNT_UPDATE, COUNT_DELETE, SUM_TIMER_FETCH, "
      "IF(INDEX_NAME IS NULL, SUM_TIMER_INSERT, NULL), SUM_TIMER_UPDATE, SUM_TIMER_DELETE "
      "FROM performance_schema.table_io_waits_summary_by_index_usage "
      "WHERE OBJECT_SCHEMA NOT IN ('mysql', 'performance_schema')",
      kMetrics, sink);
}

}  // namespace sonde::mysql
