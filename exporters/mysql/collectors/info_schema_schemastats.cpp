#include <array>
#include <string>

#include "exporters/mysql/row_metrics.h"
#include "exporters/mysql/scraper.h"
#include "exporters/mysql/user_statistics.h"

namespace sonde::mysql {
namespace {

constexpr std::array kMetrics{
    RowMetric{{"mysql_info_schema_schema_statistics_rows_read_total",
               "The number of rows read from the schema.",
               MetricType::Counter,
               {"schema"}}},
    RowMetric{{"mysql_info_schema_schema_statistics_rows_changed_total",
               "The number of rows changed in the schema.",
               MetricType::Counter,
               {"schema"}}},
    RowMetric{{"mysql_info_schema_schema_statistics_rows_changed_x_indexes_total",
               "The number of rows changed in the schema, multiplied by the number of indexes changed.",
               MetricType::Counter,
               {"schema"}}},
};

}  // namespace

Status scrape_schema_statistics(const Source& source, MetricSink& sink) {
  if (!has_user_statistics(source.connection)) return Ok{};
  return query_rows(source.connection,
                    "SELECT TABLE_SCHEMA, SUM(ROWS_READ), SUM(ROWS_CHANGED), SUM(ROWS_CHANGED_X_INDEXES) "
                    "FROM information_schema.table_statistics GROUP BY TABLE_SCHEMA",
                    kMetrics, sink);
}

}  // namespace sonde::mysql
