#include "exporters/redis/info_metrics.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "exporters/redis/info_fields.h"

namespace sonde::redis {
namespace {

constexpr std::string_view kCommandPrefix = "cmdstat_";
constexpr std::string_view kErrorPrefix = "errorstat_";
constexpr std::string_view kLatencyPrefix = "latency_percentiles_usec_";
constexpr std::string_view kIoThreadPrefix = "used_active_time_io_thread_";

std::optional<double> parse_value(std::string_view text) {
  if (text == "ok" || text == "true") return 1;
  if (text == "err" || text == "fail" || text == "false") return 0;
  return parse_number(text);
}

double part_number(std::string_view value, std::string_view key, double fallback = 0) {
  return parse_number(get_part(value, key)).value_or(fallback);
}

bool is_database(const InfoLine& line) {
  return line.section == "Keyspace" && line.field.starts_with("db") && parse_unsigned(line.field.substr(2));
}

// db0:keys=1,expires=0,avg_ttl=0[,cached_keys=2]
void emit_database(const InfoLine& line, Families& out) {
  out.gauge("db_keys", {"db"}, {line.field}, part_number(line.value, "keys"));
  out.gauge("db_keys_expiring", {"db"}, {line.field}, part_number(line.value, "expires"));
  const auto ttl_ms = parse_number(get_part(line.value, "avg_ttl"));
  if (ttl_ms) out.gauge("db_avg_ttl_seconds", {"db"}, {line.field}, *ttl_ms / 1000);
  const auto cached = parse_number(get_part(line.value, "cached_keys"));
  if (cached) out.gauge("db_keys_cached", {"db"}, {line.field}, *cached);
}

void emit_keyspace(const Info& info, const InfoOptions& options, Families& out) {
  for (const InfoLine& line : info.lines()) {
    if (is_database(line)) emit_database(line, out);
  }
  if (!options.empty_databases) return;
  const int64_t count = std::min(options.database_count, kEmptyDatabasesMax);
  for (int64_t i = 0; i < count; ++i) {
    const std::string name = "db" + std::to_string(i);
    if (!info.get(name).empty()) continue;
    out.gauge("db_keys", {"db"}, {name}, 0);
    out.gauge("db_keys_expiring", {"db"}, {name}, 0);
  }
}

// cmdstat_get:calls=2,usec=12,usec_per_call=6.00,rejected_calls=0,failed_calls=0
void emit_command(const InfoLine& line, Families& out) {
  const std::string_view command = line.field.substr(kCommandPrefix.size());
  out.counter("commands_total", {"cmd"}, {command}, part_number(line.value, "calls"));
  out.counter("commands_duration_seconds_total", {"cmd"}, {command}, part_number(line.value, "usec") / 1e6);
  // Since Redis 6.2
  if (const auto rejected = parse_number(get_part(line.value, "rejected_calls"))) {
    out.counter("commands_rejected_calls_total", {"cmd"}, {command}, *rejected);
  }
  if (const auto failed = parse_number(get_part(line.value, "failed_calls"))) {
    out.counter("commands_failed_calls_total", {"cmd"}, {command}, *failed);
  }
}

// latency_percentiles_usec_get:p50=1.003,p99=2.007,p99.9=2.007; count and sum come from the command's
// statistics.
void emit_latency(const InfoLine& line, const Info& info, Families& out) {
  const std::string_view command = line.field.substr(kLatencyPrefix.size());
  const std::string_view statistics = info.get(std::string(kCommandPrefix) + std::string(command));
  const Desc& family = out.family("latency_percentiles_usec", MetricType::Summary);
  for (const std::string_view part : split(line.value, ',')) {
    const Cut pair = cut(part, '=');
    const auto value = parse_number(pair.after);
    if (!pair.before.starts_with('p') || !value) continue;
    const std::array labels{LabelView{"cmd", command}, LabelView{"quantile", pair.before.substr(1)}};
    out.sink().line(family, "", labels, *value);
  }
  const std::array labels{LabelView{"cmd", command}};
  out.sink().line(family, "_sum", labels, part_number(statistics, "usec"));
  out.sink().line(family, "_count", labels, part_number(statistics, "calls"));
}

void emit_instance(const Info& info, Families& out) {
  std::array<std::string_view, 11> names{"role",       "redis_version",    "redis_build_id", "redis_mode",
                                         "os",         "maxmemory_policy", "tcp_port",       "run_id",
                                         "process_id", "master_replid",    "valkey_version"};
  std::array<LabelView, names.size()> labels;
  size_t count = 0;
  for (const std::string_view name : names) {
    const bool only_valkey = name == "valkey_version";
    if (only_valkey && info.get(name).empty()) continue;
    labels[count++] = {.name = name, .value = info.get(name)};
  }
  out.sink().line(out.family("instance_info", MetricType::Gauge), "", std::span(labels).first(count), 1);
}

// slave0:ip=10.0.0.7,port=6379,state=online,offset=1751844676,lag=0
void emit_replica(const InfoLine& line, Families& out) {
  const auto offset = parse_number(get_part(line.value, "offset"));
  const std::string_view ip = get_part(line.value, "ip");
  if (ip.empty() || !offset) return;
  const std::string_view port = get_part(line.value, "port");
  const std::string_view state = get_part(line.value, "state");
  out.gauge("connected_slave_offset_bytes", {"slave_ip", "slave_port", "slave_state"}, {ip, port, state},
            *offset);
  if (const auto lag = parse_number(get_part(line.value, "lag"))) {
    out.gauge("connected_slave_lag_seconds", {"slave_ip", "slave_port", "slave_state"}, {ip, port, state},
              *lag);
  }
}

void emit_replication(const Info& info, Families& out) {
  for (const InfoLine& line : info.lines()) {
    const bool numbered = line.field.starts_with("slave") && parse_unsigned(line.field.substr(5));
    if (line.section == "Replication" && numbered) emit_replica(line, out);
  }
  const std::string_view host = info.get("master_host");
  if (info.get("role") != "slave" || host.empty()) return;
  const std::string_view port = info.get("master_port");
  out.gauge("slave_info", {"master_host", "master_port", "read_only"},
            {host, port, info.get("slave_read_only")}, 1);
  const auto field = [&](std::string_view from, std::string_view to) {
    if (const auto value = parse_value(info.get(from)))
      out.gauge(to, {"master_host", "master_port"}, {host, port}, *value);
  };
  out.gauge("master_link_up", {"master_host", "master_port"}, {host, port},
            info.get("master_link_status") == "up" ? 1 : 0);
  field("master_last_io_seconds_ago", "master_last_io_seconds_ago");
  field("master_sync_in_progress", "master_sync_in_progress");
  field("slave_repl_offset", "slave_repl_offset");
}

void emit_field(const InfoLine& line, const InfoOptions& options, Families& out) {
  const auto value = parse_value(line.value);
  if (!value) return;
  if (line.field.starts_with(kIoThreadPrefix)) {
    out.counter("active_time_io_thread_seconds_total", {"thread"},
                {line.field.substr(kIoThreadPrefix.size())}, *value);
    return;
  }
  if (options.system_metrics && line.field == "total_system_memory") {
    out.gauge("total_system_memory_bytes", *value);
    return;
  }
  if (const InfoField* row = find_info_field(line.field)) {
    const double scaled = row->scale == 1 ? *value : *value * row->scale;
    if (row->type == MetricType::Counter) {
      out.counter(row->family, scaled);
    } else {
      out.gauge(row->family, scaled);
    }
    return;
  }
  // Fields of the cluster go by their own names.
  if (line.field.starts_with("cluster_")) out.gauge(line.field, *value);
}

}  // namespace

void emit_info(const Info& info, const InfoOptions& options, Families& out) {
  emit_instance(info, out);
  for (const InfoLine& line : info.lines()) {
    if (line.field.starts_with(kCommandPrefix)) {
      emit_command(line, out);
    } else if (line.field.starts_with(kErrorPrefix)) {
      out.counter("errors_total", {"err"}, {line.field.substr(kErrorPrefix.size())},
                  part_number(line.value, "count"));
    } else if (line.field.starts_with(kLatencyPrefix)) {
      emit_latency(line, info, out);
    } else if (!is_database(line)) {
      emit_field(line, options, out);
    }
  }
  emit_keyspace(info, options, out);
  emit_replication(info, out);
}

}  // namespace sonde::redis
