#include <array>
#include <string>
#include <vector>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "exporters/mysql/scraper.h"
#include "exporters/mysql/status_value.h"

namespace sonde::mysql {
namespace {

// Status names with one of these prefixes become one family, the rest of the name its label.
struct Group {
  std::string_view prefix;
  Desc desc;
};
constexpr std::array kGroups{
    Group{"com_",
          {"mysql_global_status_commands_total",
           "Total number of executed MySQL commands.",
           MetricType::Counter,
           {"command"}}},
    Group{"handler_",
          {"mysql_global_status_handlers_total",
           "Total number of executed MySQL handlers.",
           MetricType::Counter,
           {"handler"}}},
    Group{"connection_errors_",
          {"mysql_global_status_connection_errors_total",
           "Total number of MySQL connection errors.",
           MetricType::Counter,
           {"error"}}},
    Group{"innodb_rows_",
          {"mysql_global_status_innodb_row_ops_total",
           "Total number of MySQL InnoDB row operations.",
           MetricType::Counter,
           {"operation"}}},
    Group{"performance_schema_",
          {"mysql_global_status_performance_schema_lost_total",
           "Total number of MySQL instrumentations that could not be loaded or created due to memory "
           "constraints.",
           MetricType::Counter,
           {"instrumentation"}}},
};
constexpr std::string_view kPoolPrefix = "innodb_buffer_pool_pages_";
constexpr Desc kPoolPages{"mysql_global_status_buffer_pool_pages",
                          "Innodb buffer pool pages by state.",
                          MetricType::Gauge,
                          {"state"}};
constexpr Desc kPoolDirtyPages{"mysql_global_status_buffer_pool_dirty_pages",
                               "Innodb buffer pool dirty pages."};
constexpr Desc kPoolPageChanges{"mysql_global_status_buffer_pool_page_changes_total",
                                "Innodb buffer pool page state changes.",
                                MetricType::Counter,
                                {"operation"}};
constexpr Desc kGaleraInfo{"mysql_galera_status_info",
                           "PXC/Galera status information.",
                           MetricType::Gauge,
                           {"wsrep_local_state_uuid", "wsrep_cluster_state_uuid", "wsrep_provider_version"}};
constexpr std::array kGaleraLatency{
    Desc{"mysql_galera_evs_repl_latency_min_seconds", "PXC/Galera group communication latency. Min value."},
    Desc{"mysql_galera_evs_repl_latency_avg_seconds", "PXC/Galera group communication latency. Avg value."},
    Desc{"mysql_galera_evs_repl_latency_max_seconds", "PXC/Galera group communication latency. Max value."},
    Desc{"mysql_galera_evs_repl_latency_stdev",
         "PXC/Galera group communication latency. Standard Deviation."},
    Desc{"mysql_galera_evs_repl_latency_sample_size",
         "PXC/Galera group communication latency. Sample Size."}};
constexpr std::string_view kGenericHelp = "Generic metric from SHOW GLOBAL STATUS.";

void emit_pool_pages(std::string_view state, double value, MetricSink& sink) {
  if (state == "data" || state == "free" || state == "misc" || state == "old") {
    sink.sample(kPoolPages, {state}, value);
  } else if (state == "dirty") {
    sink.sample(kPoolDirtyPages, value);
  } else if (state != "total") {
    sink.sample(kPoolPageChanges, {state}, value);
  }
}

void emit_value(std::string_view name, double value, MetricSink& sink) {
  if (name.starts_with(kPoolPrefix)) return emit_pool_pages(name.substr(kPoolPrefix.size()), value, sink);
  for (const Group& group : kGroups) {
    if (name.starts_with(group.prefix))
      return sink.sample(group.desc, {name.substr(group.prefix.size())}, value);
  }
  std::string full = "mysql_global_status_";
  full += name;
  sink.sample(sink.family(full, kGenericHelp, MetricType::Untyped), value);
}

// "0.0004/0.0007/0.001/0.0002/5": min, average, max, deviation, sample size.
void emit_galera_latency(std::string_view text, MetricSink& sink) {
  const std::vector<std::string_view> parts = split(text, '/');
  if (parts.size() != kGaleraLatency.size()) return;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (const auto value = parse_number(parts[i])) sink.sample(kGaleraLatency[i], *value);
  }
}

}  // namespace

Status scrape_global_status(const Source& source, MetricSink& sink) {
  const auto table = source.connection.query("SHOW GLOBAL STATUS");
  if (!table) return table.error();
  std::string local_state;
  std::string cluster_state;
  std::string provider;
  for (const auto& row : table->rows) {
    if (row.size() < 2 || !row[0] || !row[1]) continue;
    const std::string name = metric_part(*row[0]);
    if (name == "wsrep_local_state_uuid") {
      local_state = *row[1];
    } else if (name == "wsrep_cluster_state_uuid") {
      cluster_state = *row[1];
    } else if (name == "wsrep_provider_version") {
      provider = *row[1];
    } else if (name == "wsrep_evs_repl_latency") {
      emit_galera_latency(*row[1], sink);
    } else if (const auto value = parse_status_value(*row[1])) {
      emit_value(name, *value, sink);
    }
  }
  if (!local_state.empty()) sink.sample(kGaleraInfo, {local_state, cluster_state, provider}, 1);
  return Ok{};
}

}  // namespace sonde::mysql
