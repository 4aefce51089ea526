#include <string>
#include <string_view>

#include "common/core/number_text.h"
#include "exporters/mysql/row.h"
#include "exporters/mysql/scraper.h"
#include "exporters/mysql/status_value.h"

namespace sonde::mysql {
namespace {

constexpr Desc kPagesRead{"mysql_info_schema_innodb_metrics_buffer_page_read_total",
                          "Total number of buffer pages read total.",
                          MetricType::Counter,
                          {"type"}};
constexpr Desc kPagesWritten{"mysql_info_schema_innodb_metrics_buffer_page_written_total",
                             "Total number of buffer pages written total.",
                             MetricType::Counter,
                             {"type"}};
constexpr Desc kPoolPages{"mysql_info_schema_innodb_metrics_buffer_pool_pages",
                          "Total number of buffer pool pages by state.",
                          MetricType::Gauge,
                          {"state"}};
constexpr Desc kPoolDirtyPages{"mysql_info_schema_innodb_metrics_buffer_pool_dirty_pages",
                               "Total number of dirty pages in the buffer pool."};

// "page_read_index_leaf" of the subsystem buffer_page_io; other names of it are not known, and left out.
void emit_page_io(std::string_view name, double value, MetricSink& sink) {
  constexpr std::string_view kRead = "buffer_page_read_";
  constexpr std::string_view kWritten = "buffer_page_written_";
  if (name.starts_with(kRead)) sink.sample(kPagesRead, {name.substr(kRead.size())}, value);
  if (name.starts_with(kWritten)) sink.sample(kPagesWritten, {name.substr(kWritten.size())}, value);
}

// The total is the sum of the others.
void emit_pool_pages(std::string_view state, double value, MetricSink& sink) {
  if (state == "dirty") {
    sink.sample(kPoolDirtyPages, value);
  } else if (state != "total") {
    sink.sample(kPoolPages, {state}, value);
  }
}

// Unlike elsewhere, in the case that it has: "buffer_LRU_search".
std::string name_part(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    const bool is_good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!is_good) c = '_';
  }
  return out;
}

struct Metric {
  std::string_view name;
  std::string_view subsystem;
  std::string_view type;
  std::string_view comment;
  double value = 0;
};

void emit(const Metric& metric, MetricSink& sink) {
  constexpr std::string_view kPool = "buffer_pool_pages_";
  if (metric.subsystem == "buffer_page_io") return emit_page_io(metric.name, metric.value, sink);
  if (metric.subsystem == "buffer" && metric.name.starts_with(kPool)) {
    return emit_pool_pages(metric.name.substr(kPool.size()), metric.value, sink);
  }
  std::string name =
      "mysql_info_schema_innodb_metrics_" + name_part(metric.subsystem) + "_" + name_part(metric.name);
  // A counter below 0 is none: servers have had such bugs.
  const bool counts = (metric.type == "counter" || metric.type == "status_counter") && metric.value >= 0;
  if (counts) name += "_total";
  sink.sample(sink.family(name, metric.comment, counts ? MetricType::Counter : MetricType::Gauge),
              metric.value);
}

}  // namespace

Status scrape_innodb_metrics(const Source& source, MetricSink& sink) {
  const bool has_enabled = source.server.is_mariadb && source.server.version >= Version{10, 5};
  const auto table = source.connection.query(
      "SELECT name, subsystem, type, comment, count FROM information_schema.innodb_metrics WHERE " +
      std::string(has_enabled ? "enabled = 1" : "status = 'enabled'"));
  if (!table) return table.error();
  for (size_t index = 0; index < table->rows.size(); ++index) {
    const Row row(*table, index);
    const auto value = parse_number(row.text("count"));
    if (!value) return Error(ErrorCode::Corrupt, std::string(row.text("name")) + ": its count is no number");
    emit({.name = row.text("name"),
          .subsystem = row.text("subsystem"),
          .type = row.text("type"),
          .comment = row.text("comment"),
          .value = *value},
         sink);
  }
  return Ok{};
}

}  // namespace sonde::mysql
