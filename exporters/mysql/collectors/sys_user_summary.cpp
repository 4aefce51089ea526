#include <array>
#include <string>

#include "exporters/mysql/row_metrics.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {
namespace {

constexpr std::array kMetrics{
    RowMetric{{"mysql_sys_statements_total",
               "The total number of statements for the user",
               MetricType::Counter,
               {"user"}}},
    RowMetric{{"mysql_sys_statement_latency",
               "The total wait time of timed statements for the user",
               MetricType::Counter,
               {"user"}},
              kPicosecondsPerSecond},
    RowMetric{{"mysql_sys_table_scans_total",
               "The total number of table scans for the user",
               MetricType::Counter,
               {"user"}}},
    RowMetric{{"mysql_sys_file_ios_total",
               "The total number of file I/O events for the user",
               MetricType::Counter,
               {"user"}}},
    RowMetric{{"mysql_sys_file_io_seconds_total",
               "The total wait time of timed file I/O events for the user",
               MetricType::Counter,
               {"user"}},
              kPicosecondsPerSecond},
    RowMetric{{"mysql_sys_current_connections",
               "The current number of connections for the user",
               MetricType::Gauge,
               {"user"}}},
    RowMetric{{"mysql_sys_connections_total",
               "The total number of connections for the user",
               MetricType::Counter,
               {"user"}}},
    RowMetric{{"mysql_sys_unique_hosts_total",
               "The number of distinct hosts from which connections for the user have originated",
               MetricType::Counter,
               {"user"}}},
    RowMetric{{"mysql_sys_current_memory_bytes",
               "The current amount of allocated memory for the user",
               MetricType::Gauge,
               {"user"}}},
    RowMetric{{"mysql_sys_memory_allocated_bytes_total",
               "The total amount of allocated memory for the user",
               MetricType::Counter,
               {"user"}}},
};

}  // namespace

Status scrape_user_summary(const Source& source, MetricSink& sink) {
  return query_rows(source.connection,
                    "SELECT user, statements, statement_latency, table_scans, file_ios, file_io_latency, "
                    "current_connections, total_connections, unique_hosts, current_memory, "
                    "total_memory_allocated FROM sys.x$user_summary",
                    kMetrics, sink);
}

}  // namespace sonde::mysql
