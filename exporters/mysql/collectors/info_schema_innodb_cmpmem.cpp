#include <array>

#include "exporters/mysql/row_metrics.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {
namespace {

constexpr std::array kMetrics{
    RowMetric{{"mysql_info_schema_innodb_cmpmem_pages_used_total",
               "Number of blocks of the size PAGE_SIZE that are currently in use.",
               MetricType::Counter,
               {"page_size", "buffer_pool"}}},
    RowMetric{{"mysql_info_schema_innodb_cmpmem_pages_free_total",
               "Number of blocks of the size PAGE_SIZE that are currently available for allocation.",
               MetricType::Counter,
               {"page_size", "buffer_pool"}}},
    RowMetric{{"mysql_info_schema_innodb_cmpmem_relocation_ops_total",
               "Number of times a block of the size PAGE_SIZE has been relocated.",
               MetricType::Counter,
               {"page_size", "buffer_pool"}}},
    RowMetric{{"mysql_info_schema_innodb_cmpmem_relocation_time_seconds_total",
               "Total time in seconds spent in relocating blocks.",
               MetricType::Counter,
               {"page_size", "buffer_pool"}},
              kMillisecondsPerSecond},
};

}  // namespace

Status scrape_innodb_cmpmem(const Source& source, MetricSink& sink) {
  return query_rows(
      source.connection,
      "SELECT page_size, buffer_pool_instance, pages_used, pages_free, relocation_ops, relocation_time "
      "FROM information_schema.innodb_cmpmem",
      kMetrics, sink);
}

}  // namespace sonde::mysql
