#include <array>
#include <string>

#include "exporters/mysql/row_metrics.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {
namespace {

constexpr std::array kMetrics{
    RowMetric{{"mysql_perf_schema_events_waits_total",
               "The total events waits by event name.",
               MetricType::Counter,
               {"event_name"}}},
    RowMetric{{"mysql_perf_schema_events_waits_seconds_total",
               "The total seconds of events waits by event name.",
               MetricType::Counter,
               {"event_name"}},
              kPicosecondsPerSecond},
};

}  // namespace

Status scrape_events_waits(const Source& source, MetricSink& sink) {
  return query_rows(source.connection,
                    "SELECT EVENT_NAME, COUNT_STAR, SUM_TIMER_WAIT "
                    "FROM performance_schema.events_waits_summary_global_by_event_name",
                    kMetrics, sink);
}

}  // namespace sonde::mysql
