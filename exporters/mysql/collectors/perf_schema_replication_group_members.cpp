#include <string>
#include <vector>

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

}  // namespace

Status scrape_replication_group_members(const Source& source, MetricSink& sink) {
  const auto table = source.connection.query("SELECT * FROM performance_schema.replication_group_members");
  if (!table) return table.error();
  std::vector<std::string> names;
  for (const std::string& column : table->columns) names.push_back(metric_part(column));
  std::vector<LabelView> labels(names.size());
  for (const auto& row : table->rows) {
    for (size_t i = 0; i < names.size(); ++i) {
      labels[i] = {names[i], i < row.size() && row[i] ? std::string_view(*row[i]) : ""};
    }
    sink.line(kInfo, "", labels, 1);
  }
  return Ok{};
}

}  // namespace sonde::mysql
