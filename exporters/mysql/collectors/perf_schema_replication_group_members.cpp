#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/metrics/labels.h"
#include "exporters/mysql/scraper.h"
#include "exporters/mysql/status_value.h"

namespace sonde::mysql {
namespace {

// The labels are the columns, of which newer servers have more.
constexpr Desc kInfo{"mysql_perf_schema_replication_group_member_info",
                     "Information about the replication group member: channel_name, member_id, member_host, "
                     "member_port, member_state. (member_role and member_version where available)",
                     MetricType::Gauge,
                     {"channel_name", "member_id", "member_host", "member_port", "member_state"}};

struct Column {
  std::string label;
  size_t index;
};

// What could not be a label is left out.
std::vector<Column> label_columns(const Table& table) {
  std::vector<Column> out;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    std::string label = metric_part(table.columns[i]);
    const bool is_there = std::ranges::find(out, label, &Column::label) != out.end();
    if (is_there || label.starts_with("__") || !is_legacy_label_name(label)) continue;
    out.push_back({std::move(label), i});
  }
  return out;
}

}  // namespace

Status scrape_replication_group_members(const Source& source, MetricSink& sink) {
  const auto table = source.connection.query("SELECT * FROM performance_schema.replication_group_members");
  if (!table) return table.error();
  const std::vector<Column> columns = label_columns(*table);
  std::vector<LabelView> labels(columns.size());
  for (const auto& row : table->rows) {
    for (size_t i = 0; i < columns.size(); ++i) {
      const auto& [name, index] = columns[i];
      labels[i] = {name, index < row.size() && row[index] ? std::string_view(*row[index]) : ""};
    }
    sink.line(kInfo, "", labels, 1);
  }
  return Ok{};
}

}  // namespace sonde::mysql
