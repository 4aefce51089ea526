#include <array>
#include <string>

#include "exporters/mysql/row_metrics.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {
namespace {

constexpr std::array kMetrics{
    RowMetric{{"mysql_info_schema_innodb_tablespace_space_info",
               "The Tablespace information and Space ID.",
               MetricType::Gauge,
               {"tablespace_name", "file_format", "row_format", "space_type"}}},
    RowMetric{{"mysql_info_schema_innodb_tablespace_file_size_bytes",
               "The apparent size of the file, which represents the maximum size of the file, uncompressed.",
               MetricType::Gauge,
               {"tablespace_name"}}},
    RowMetric{{"mysql_info_schema_innodb_tablespace_allocated_size_bytes",
               "The actual size of the file, which is the amount of space allocated on disk.",
               MetricType::Gauge,
               {"tablespace_name"}}},
};

// The table's name and columns by kind and age of the server.
// Differs: 5.7's file format is shown, where the reference has the name of its column.
std::string statement(const Server& server) {
  const bool is_mysql8 = !server.is_mariadb && server.version >= Version{8, 0};
  const bool has_format = !server.is_mariadb && !is_mysql8;
  const bool has_type = !server.is_mariadb || server.version < Version{10, 5};
  return "SELECT NAME, " + std::string(has_format ? "IFNULL(FILE_FORMAT, 'NONE')" : "'NONE'") +
         ", IFNULL(ROW_FORMAT, 'NONE'), " + (has_type ? "IFNULL(SPACE_TYPE, 'NONE')" : "''") +
         ", SPACE, FILE_SIZE, ALLOCATED_SIZE FROM information_schema." +
         (is_mysql8 ? "INNODB_TABLESPACES" : "INNODB_SYS_TABLESPACES");
}

}  // namespace

Status scrape_innodb_tablespaces(const Source& source, MetricSink& sink) {
  return query_rows(source.connection, statement(source.server), kMetrics, sink);
}

}  // namespace sonde::mysql
