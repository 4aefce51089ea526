#include <array>
#include <string>

#include "exporters/mysql/row_metrics.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {
namespace {

constexpr std::array kMetrics{
    RowMetric{{"mysql_perf_schema_events_statements_sum_total", "The total count of events statements.",
               MetricType::Counter}},
    RowMetric{{"mysql_perf_schema_events_statements_sum_created_tmp_disk_tables",
               "The number of on-disk temporary tables created.", MetricType::Counter}},
    RowMetric{{"mysql_perf_schema_events_statements_sum_created_tmp_tables",
               "The number of temporary tables created.", MetricType::Counter}},
    RowMetric{{"mysql_perf_schema_events_statements_sum_errors", "Number of errors.", MetricType::Counter}},
    RowMetric{{"mysql_perf_schema_events_statements_sum_lock_time",
               "Time in picoseconds spent waiting for locks.", MetricType::Counter}},
    RowMetric{{"mysql_perf_schema_events_statements_sum_no_good_index_used",
               "Number of times no good index was found.", MetricType::Counter}},
    RowMetric{{"mysql_perf_schema_events_statements_sum_no_index_used", "Number of times no index was found.",
               MetricType::Counter}},
    RowMetric{{"mysql_perf_schema_events_statements_sum_rows_affected",
               "Number of rows affected by statements.", MetricType::Counter}},
    RowMetric{{"mysql_perf_schema_events_statements_sum_rows_examined",
               "Number of rows read during statements' execution.", MetricType::Counter}},
    RowMetric{{"mysql_perf_schema_events_statements_sum_rows_sent", "Number of rows returned.",
               MetricType::Counter}},
    RowMetric{{"mysql_perf_schema_events_statements_sum_select_full_join",
               "Number of joins performed by statements which did not use an index.", MetricType::Counter}},
    RowMetric{{"mysql_perf_schema_events_statements_sum_select_full_range_join",
               "Number of joins performed by statements which used a range search of the first table.",
               MetricType::Counter}},
    RowMetric{{"mysql_perf_schema_events_statements_sum_select_range",
               "Number of joins performed by statements which used a range of the first table.",
               MetricType::Counter}},
    RowMetric{
        {"mysql_perf_schema_events_statements_sum_select_range_check",
         "Number of joins without keys performed by statements that check for key usage after each row.",
         MetricType::Counter}},
    RowMetric{{"mysql_perf_schema_events_statements_sum_select_scan",
               "Number of joins performed by statements which used a full scan of the first table.",
               MetricType::Counter}},
    RowMetric{{"mysql_perf_schema_events_statements_sum_sort_merge_passes",
               "Number of merge passes by the sort algorithm performed by statements.", MetricType::Counter}},
    RowMetric{{"mysql_perf_schema_events_statements_sum_sort_range",
               "Number of sorts performed by statements which used a range.", MetricType::Counter}},
    RowMetric{
        {"mysql_perf_schema_events_statements_sum_sort_rows", "Number of rows sorted.", MetricType::Counter}},
    RowMetric{{"mysql_perf_schema_events_statements_sum_sort_scan",
               "Number of sorts performed by statements which used a full table scan.", MetricType::Counter}},
    RowMetric{{"mysql_perf_schema_events_statements_sum_timer_wait",
               "Total wait time of the summarized events that are timed.", MetricType::Counter},
              kPicosecondsPerSecond},
    RowMetric{
        {"mysql_perf_schema_events_statements_sum_warnings", "Number of warnings.", MetricType::Counter}},
};

}  // namespace

// Differs: without performance_schema all of it is NULL and nothing is shown; the reference fails.
Status scrape_events_statements_sum(const Source& source, MetricSink& sink) {
  return query_rows(source.connection,
                    "SELECT SUM(COUNT_STAR), SUM(SUM_CREATED_TMP_DISK_TABLES), "
                    "SUM(SUM_CREATED_TMP_TABLES), SUM(SUM_ERRORS), SUM(SUM_LOCK_TIME), "
                    "SUM(SUM_NO_GOOD_INDEX_USED), SUM(SUM_NO_INDEX_USED), SUM(SUM_ROWS_AFFECTED), "
                    "SUM(SUM_ROWS_EXAMINED), SUM(SUM_ROWS_SENT), SUM(SUM_SELECT_FULL_JOIN), "
                    "SUM(SUM_SELECT_FULL_RANGE_JOIN), SUM(SUM_SELECT_RANGE), "
                    "SUM(SUM_SELECT_RANGE_CHECK), SUM(SUM_SELECT_SCAN), SUM(SUM_SORT_MERGE_PASSES), "
                    "SUM(SUM_SORT_RANGE), SUM(SUM_SORT_ROWS), SUM(SUM_SORT_SCAN), "
                    "SUM(SUM_TIMER_WAIT), SUM(SUM_WARNINGS) "
                    "FROM performance_schema.events_statements_summary_by_digest",
                    kMetrics, sink);
}

}  // namespace sonde::mysql
