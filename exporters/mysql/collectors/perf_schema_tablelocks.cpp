#include <array>
#include <string>

#include "exporters/mysql/row_metrics.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {
namespace {

constexpr Desc kSqlWaits{"mysql_perf_schema_sql_lock_waits_total",
                         "The total number of SQL lock wait events for each table and operation.",
                         MetricType::Counter,
                         {"schema", "name", "operation"}};
constexpr Desc kSqlTime{"mysql_perf_schema_sql_lock_waits_seconds_total",
                        "The total time of SQL lock wait events for each table and operation.",
                        MetricType::Counter,
                        {"schema", "name", "operation"}};
constexpr Desc kExternalWaits{"mysql_perf_schema_external_lock_waits_total",
                              "The total number of external lock wait events for each table and operation.",
                              MetricType::Counter,
                              {"schema", "name", "operation"}};
constexpr Desc kExternalTime{"mysql_perf_schema_external_lock_waits_seconds_total",
                             "The total time of external lock wait events for each table and operation.",
                             MetricType::Counter,
                             {"schema", "name", "operation"}};
constexpr std::array kMetrics{
    RowMetric{kSqlWaits, 1, "read_normal"},
    RowMetric{kSqlWaits, 1, "read_with_shared_locks"},
    RowMetric{kSqlWaits, 1, "read_high_priority"},
    RowMetric{kSqlWaits, 1, "read_no_insert"},
    RowMetric{kSqlWaits, 1, "write_normal"},
    RowMetric{kSqlWaits, 1, "write_allow_write"},
    RowMetric{kSqlWaits, 1, "write_concurrent_insert"},
    RowMetric{kSqlWaits, 1, "write_low_priority"},
    RowMetric{kSqlTime, kPicosecondsPerSecond, "read_normal"},
    RowMetric{kSqlTime, kPicosecondsPerSecond, "read_with_shared_locks"},
    RowMetric{kSqlTime, kPicosecondsPerSecond, "read_high_priority"},
    RowMetric{kSqlTime, kPicosecondsPerSecond, "read_no_insert"},
    RowMetric{kSqlTime, kPicosecondsPerSecond, "write_normal"},
    RowMetric{kSqlTime, kPicosecondsPerSecond, "write_allow_write"},
    RowMetric{kSqlTime, kPicosecondsPerSecond, "write_concurrent_insert"},
    RowMetric{kSqlTime, kPicosecondsPerSecond, "write_low_priority"},
    RowMetric{kExternalWaits, 1, "read"},
    RowMetric{kExternalWaits, 1, "write"},
    RowMetric{kExternalTime, kPicosecondsPerSecond, "read"},
    RowMetric{kExternalTime, kPicosecondsPerSecond, "write"},
};

}  // namespace

Status scrape_table_locks(const Source& source, MetricSink& sink) {
  return query_rows(source.connection,
                    "SELECT OBJECT_SCHEMA, OBJECT_NAME, COUNT_READ_NORMAL, "
                    "COUNT_READ_WITH_SHARED_LOCKS, COUNT_READ_HIGH_PRIORITY, COUNT_READ_NO_INSERT, "
                    "COUNT_WRITE_NORMAL, COUNT_WRITE_ALLOW_WRITE, COUNT_WRITE_CONCURRENT_INSERT, "
                    "COUNT_WRITE_LOW_PRIORITY, SUM_TIMER_READ_NORMAL, "
                    "SUM_TIMER_READ_WITH_SHARED_LOCKS, SUM_TIMER_READ_HIGH_PRIORITY, "
                    "SUM_TIMER_READ_NO_INSERT, SUM_TIMER_WRITE_NORMAL, SUM_TIMER_WRITE_ALLOW_WRITE, "
                    "SUM_TIMER_WRITE_CONCURRENT_INSERT, SUM_TIMER_WRITE_LOW_PRIORITY, "
                    "COUNT_READ_EXTERNAL, COUNT_WRITE_EXTERNAL, SUM_TIMER_READ_EXTERNAL, "
                    "SUM_TIMER_WRITE_EXTERNAL "
                    "FROM performance_schema.table_lock_waits_summary_by_table "
                    "WHERE OBJECT_SCHEMA NOT IN ('mysql', 'performance_schema', 'information_schema')",
                    kMetrics, sink);
}

}  // namespace sonde::mysql
