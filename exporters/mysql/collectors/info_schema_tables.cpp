#include <array>
#include <string>
#include <vector>

#include "common/core/text.h"
#include "exporters/mysql/row_metrics.h"
#include "exporters/mysql/scraper.h"
#include "exporters/mysql/sql_text.h"

namespace sonde::mysql {
namespace {

constexpr Desc kSize{"mysql_info_schema_table_size",
                     "The size of the table components from information_schema.tables",
                     MetricType::Gauge,
                     {"schema", "table", "component"}};
constexpr std::array kMetrics{
    RowMetric{{"mysql_info_schema_table_version",
               "The version number of the table's .frm file",
               MetricType::Gauge,
               {"schema", "table", "type", "engine", "row_format", "create_options"}}},
    RowMetric{{"mysql_info_schema_table_rows",
               "The estimated number of rows in the table from information_schema.tables",
               MetricType::Gauge,
               {"schema", "table"}}},
    RowMetric{kSize, 1, "data_length"},
    RowMetric{kSize, 1, "index_length"},
    RowMetric{kSize, 1, "data_free"},
};

Result<std::vector<std::string>> databases(const Source& source) {
  std::vector<std::string> out;
  const std::string& wanted = source.options.tables.databases;
  if (wanted != "*") {
    for (const std::string_view name : split(wanted, ',')) out.emplace_back(name);
    return out;
  }
  const auto table = source.connection.query(
      "SELECT SCHEMA_NAME FROM information_schema.schemata "
      "WHERE SCHEMA_NAME NOT IN ('mysql', 'performance_schema', 'information_schema', 'sys')");
  if (!table) return table.error();
  for (const auto& row : table->rows) {
    if (!row.empty() && row[0]) out.push_back(*row[0]);
  }
  return out;
}

}  // namespace

// A statement for each database, which opens the tables of that one only; what came before an error stays.
Status scrape_tables(const Source& source, MetricSink& sink) {
  const auto names = databases(source);
  if (!names) return names.error();
  for (const std::string& name : *names) {
    auto done = query_rows(
        source.connection,
        "SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, IFNULL(ENGINE, 'NONE'), IFNULL(ROW_FORMAT, 'NONE'), "
        "IFNULL(CREATE_OPTIONS, 'NONE'), IFNULL(VERSION, 0), IFNULL(TABLE_ROWS, 0), IFNULL(DATA_LENGTH, 0), "
        "IFNULL(INDEX_LENGTH, 0), IFNULL(DATA_FREE, 0) FROM information_schema.tables WHERE TABLE_SCHEMA = " +
            sql_text(name),
        kMetrics, sink);
    if (!done) return done;
  }
  return Ok{};
}

}  // namespace sonde::mysql
