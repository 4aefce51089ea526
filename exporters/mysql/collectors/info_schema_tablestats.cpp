#include <array>
#include <string>

#include "exporters/mysql/row_metrics.h"
#include "exporters/mysql/scraper.h"
#include "exporters/mysql/user_statistics.h"

namespace sonde::mysql {
namespace {

constexpr std::array kMetrics{
    RowMetric{{"mysql_info_schema_table_statistics_rows_read_total",
               "The number of rows read from the table.",
               MetricType::Counter,
               {"schema", "table"}}},
    RowMetric{{"mysql_info_schema_table_statistics_rows_changed_total",
               "The number of rows changed in the table.",
               MetricType::Counter,
               {"schema", "table"}}},
    RowMetric{{"mysql_info_schema_table_statistics_rows_changed_x_indexes_total",
               "The number of rows changed in the table, multiplied by the number of indexes changed.",
               MetricType::Counter,
               {"schema", "table"}}},
};

}  // namespace

Status scrape_table_statistics(const Source& source, MetricSink& sink) {
  if (!has_user_statistics(source.connection)) return Ok{};
  return query_rows(source.connection,
                    "SELECT TABLE_SCHEMA, TABLE_NAME, ROWS_READ, ROWS_CHANGED, ROWS_CHANGED_X_INDEXES "
                    "FROM information_schema.table_statistics",
                    kMetrics, sink);
}

}  // namespace sonde::mysql
