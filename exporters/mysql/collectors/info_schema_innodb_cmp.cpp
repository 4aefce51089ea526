#include <array>

#include "exporters/mysql/row_metrics.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {
namespace {

constexpr std::array kMetrics{
    RowMetric{{"mysql_info_schema_innodb_cmp_compress_ops_total",
               "Number of times a B-tree page of the size PAGE_SIZE has been compressed.",
               MetricType::Counter,
               {"page_size"}}},
    RowMetric{{"mysql_info_schema_innodb_cmp_compress_ops_ok_total",
               "Number of times a B-tree page of the size PAGE_SIZE has been successfully compressed.",
               MetricType::Counter,
               {"page_size"}}},
    RowMetric{{"mysql_info_schema_innodb_cmp_compress_time_seconds_total",
               "Total time in seconds spent in attempts to compress B-tree pages.",
               MetricType::Counter,
               {"page_size"}}},
    RowMetric{{"mysql_info_schema_innodb_cmp_uncompress_ops_total",
               "Number of times a B-tree page of the size PAGE_SIZE has been uncompressed.",
               MetricType::Counter,
               {"page_size"}}},
    RowMetric{{"mysql_info_schema_innodb_cmp_uncompress_time_seconds_total",
               "Total time in seconds spent in uncompressing B-tree pages.",
               MetricType::Counter,
               {"page_size"}}},
};

}  // namespace

Status scrape_innodb_cmp(const Source& source, MetricSink& sink) {
  return query_rows(
      source.connection,
      "SELECT page_size, compress_ops, compress_ops_ok, compress_time, uncompress_ops, uncompress_time "
      "FROM information_schema.innodb_cmp",
      kMetrics, sink);
}

}  // namespace sonde::mysql
