#include <array>
#include <string>

#include "exporters/mysql/row_metrics.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {
namespace {

constexpr Desc kEvents{"mysql_perf_schema_file_events_total",
                       "The total file events by event name/mode.",
                       MetricType::Counter,
                       {"event_name", "mode"}};
constexpr Desc kTime{"mysql_perf_schema_file_events_seconds_total",
                     "The total seconds of file events by event name/mode.",
                     MetricType::Counter,
                     {"event_name", "mode"}};
constexpr Desc kBytes{"mysql_perf_schema_file_events_bytes_total",
                      "The total bytes of file events by event name/mode.",
                      MetricType::Counter,
                      {"event_name", "mode"}};
constexpr std::array kMetrics{
    RowMetric{kEvents, 1, "read"},
    RowMetric{kTime, kPicosecondsPerSecond, "read"},
    RowMetric{kBytes, 1, "read"},
    RowMetric{kEvents, 1, "write"},
    RowMetric{kTime, kPicosecondsPerSecond, "write"},
    RowMetric{kBytes, 1, "write"},
    RowMetric{kEvents, 1, "misc"},
    RowMetric{kTime, kPicosecondsPerSecond, "misc"},
};

}  // namespace

Status scrape_file_events(const Source& source, MetricSink& sink) {
  return query_rows(source.connection,
                    "SELECT EVENT_NAME, COUNT_READ, SUM_TIMER_READ, SUM_NUMBER_OF_BYTES_READ, "
                    "COUNT_WRITE, SUM_TIMER_WRITE, SUM_NUMBER_OF_BYTES_WRITE, COUNT_MISC, SUM_TIMER_MISC "
                    "FROM performance_schema.file_summary_by_event_name",
                    kMetrics, sink);
}

}  // namespace sonde::mysql
