#include <array>
#include <string>

#include "exporters/mysql/row_metrics.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {
namespace {

constexpr std::array kMetrics{
    RowMetric{{"mysql_info_schema_auto_increment_column",
               "The current value of an auto_increment column from information_schema.",
               MetricType::Gauge,
               {"schema", "table", "column"}}},
    RowMetric{{"mysql_info_schema_auto_increment_column_max",
               "The max value of an auto_increment column from information_schema.",
               MetricType::Gauge,
               {"schema", "table", "column"}}},
};

}  // namespace

// Differs: a column of another type, such as float, has no maximum here; the reference fails at it.
Status scrape_auto_increment_columns(const Source& source, MetricSink& sink) {
  return query_rows(source.connection,
                    "SELECT c.table_schema, c.table_name, column_name, auto_increment, "
                    "POW(2, CASE data_type WHEN 'tinyint' THEN 7 WHEN 'smallint' THEN 15 "
                    "WHEN 'mediumint' THEN 23 WHEN 'int' THEN 31 WHEN 'bigint' THEN 63 END "
                    "+ (column_type LIKE '% unsigned')) - 1 "
                    "FROM information_schema.columns c STRAIGHT_JOIN information_schema.tables t "
                    "ON (BINARY c.table_schema=t.table_schema AND BINARY c.table_name=t.table_name) "
                    "WHERE c.extra = 'auto_increment' AND t.auto_increment IS NOT NULL",
                    kMetrics, sink);
}

}  // namespace sonde::mysql
