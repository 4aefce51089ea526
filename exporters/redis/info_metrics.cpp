#include "exporters/redis/info_metrics.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "exporters/redis/info_fields.h"
#include "exporters/redis/replication.h"

namespace sonde::redis {
namespace {

constexpr std::string_view kCommandPrefix = "cmdstat_";
constexpr std::string_view kErrorPrefix = "errorstat_";
constexpr std::string_view kLatencyPrefix = "latency_percentiles_usec_";
constexpr std::string_view kIoThreadPrefix = "used_active_time_io_thread_";

constexpr Desc kDatabaseKeys{"redis_db_keys", "Total number of keys by DB", MetricType::Gauge, {"db"}};
constexpr Desc kDatabaseKeysExpiring{
    "redis_db_keys_expiring", "Total number of expiring keys by DB", MetricType::Gauge, {"db"}};
constexpr Desc kDatabaseTtl{"redis_db_avg_ttl_seconds", "Avg TTL in seconds", MetricType::Gauge, {"db"}};
constexpr Desc kDatabaseKeysCached{
    "redis_db_keys_cached", "Total number of cached keys by DB", MetricType::Gauge, {"db"}};
constexpr Desc kCommands{
    "redis_commands_total", "Total number of calls per command", MetricType::Counter, {"cmd"}};
constexpr Desc kCommandSeconds{"redis_commands_duration_seconds_total",
                               "Total amount of time in seconds spent per command",
                               MetricType::Counter,
                               {"cmd"}};
constexpr Desc kCommandsRejected{"redis_commands_rejected_calls_total",
                                 "Total number of errors within command execution per command",
                                 MetricType::Counter,
                                 {"cmd"}};
constexpr Desc kCommandsFailed{"redis_commands_failed_calls_total",
                               "Total number of errors prior command execution per command",
                               MetricType::Counter,
                               {"cmd"}};
constexpr Desc kLatencyPercentiles{"redis_latency_percentiles_usec",
                                   "A summary of latency percentile distribution per command",
                                   MetricType::Summary,
                                   {"cmd"}};
constexpr Desc kErrors{
    "redis_errors_total", "Total number of errors per error type", MetricType::Counter, {"err"}};
constexpr Desc kInstance{"redis_instance_info", "Information about the Redis instance"};
constexpr Desc kIoThread{"redis_active_time_io_thread_seconds_total",
                         "used_active_time_io_thread_* of INFO",
                         MetricType::Counter,
                         {"thread"}};

std::optional<double> parse_value(std::string_view text) {
  if (text == "ok" || text == "true") return 1;
  if (text == "err" || text == "fail" || text == "false") return 0;
  return parse_number(text);
}

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

double part_number(std::string_view value, std::string_view key, double fallback = 0) {
  return parse_number(get_part(value, key)).value_or(fallback);
}

bool is_database(const InfoLine& line) {
  return line.section == "Keyspace" && line.field.starts_with("db") && parse_unsigned(line.field.substr(2));
}

// db0:keys=1,expires=0,avg_ttl=0[,cached_keys=2]
void emit_database(const InfoLine& line, Families& out) {
  out.sample(kDatabaseKeys, {line.field}, part_number(line.value, "keys"));
  out.sample(kDatabaseKeysExpiring, {line.field}, part_number(line.value, "expires"));
  const auto ttl_ms = parse_number(get_part(line.value, "avg_ttl"));
  if (ttl_ms) out.sample(kDatabaseTtl, {line.field}, *ttl_ms / 1000);
  const auto cached = parse_number(get_part(line.value, "cached_keys"));
  if (cached) out.sample(kDatabaseKeysCached, {line.field}, *cached);
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
    out.sample(kDatabaseKeys, {name}, 0);
    out.sample(kDatabaseKeysExpiring, {name}, 0);
  }
}

// cmdstat_get:calls=2,usec=12,usec_per_call=6.00,rejected_calls=0,failed_calls=0
void emit_command(const InfoLine& line, Families& out) {
  const std::string_view command = line.field.substr(kCommandPrefix.size());
  out.sample(kCommands, {command}, part_number(line.value, "calls"));
  out.sample(kCommandSeconds, {command}, part_number(line.value, "usec") / 1e6);
  // Since Redis 6.2
  if (const auto rejected = parse_number(get_part(line.value, "rejected_calls"))) {
    out.sample(kCommandsRejected, {command}, *rejected);
  }
  if (const auto failed = parse_number(get_part(line.value, "failed_calls"))) {
    out.sample(kCommandsFailed, {command}, *failed);
  }
}

// latency_percentiles_usec_get:p50=1.003,p99=2.007,p99.9=2.007; count and sum come from the command's
// statistics.
void emit_latency(const InfoLine& line, const Info& info, Families& out) {
  const std::string_view command = line.field.substr(kLatencyPrefix.size());
  const std::string_view statistics = info.get(std::string(kCommandPrefix) + std::string(command));
  if (statistics.empty()) return;
  for (const std::string_view part : split(line.value, ',')) {
    const Cut pair = cut(part, '=');
    const auto value = parse_number(pair.after);
    if (!pair.before.starts_with('p') || !value) continue;
    const std::array labels{LabelView{"cmd", command}, LabelView{"quantile", pair.before.substr(1)}};
    out.line(kLatencyPercentiles, "", labels, *value);
  }
  const std::array labels{LabelView{"cmd", command}};
  out.line(kLatencyPercentiles, "_sum", labels, part_number(statistics, "usec"));
  out.line(kLatencyPercentiles, "_count", labels, part_number(statistics, "calls"));
}

void emit_instance(const Info& info, Families& out) {
  constexpr std::array<std::string_view, 12> names{
      "role",       "redis_version",    "redis_build_id", "redis_mode",
      "os",         "maxmemory_policy", "tcp_port",       "run_id",
      "process_id", "master_replid",    "valkey_version", "valkey_release_stage"};
  std::array<LabelView, names.size()> labels;
  size_t count = 0;
  for (const std::string_view name : names) {
    const bool only_valkey = name.starts_with("valkey_");
    if (only_valkey && info.get(name).empty()) continue;
    labels[count++] = {.name = name, .value = info.get(name)};
  }
  out.line(kInstance, "", std::span(labels).first(count), 1);
}

}  // namespace

void emit_field(const InfoLine& line, bool system_metrics, Families& out) {
  const auto value = parse_value(line.value);
  if (!value) return;
  if (line.field.starts_with(kIoThreadPrefix)) {
    out.sample(kIoThread, {line.field.substr(kIoThreadPrefix.size())}, *value);
    return;
  }
  if (system_metrics && line.field == "total_system_memory") {
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
  // Fields of the cluster go by their own names, as far as those can be names of families.
  if (!line.field.starts_with("cluster_")) return;
  std::string name(line.field);
  std::ranges::replace_if(
      name, [](char c) { return !is_name_byte(c); }, '_');
  out.gauge(name, *value);
}

void emit_info(const Info& info, const InfoOptions& options, Families& out) {
  emit_instance(info, out);
  for (const InfoLine& line : info.lines()) {
    if (line.field.starts_with(kCommandPrefix)) {
      emit_command(line, out);
    } else if (line.field.starts_with(kErrorPrefix)) {
      out.sample(kErrors, {line.field.substr(kErrorPrefix.size())}, part_number(line.value, "count"));
    } else if (line.field.starts_with(kLatencyPrefix)) {
      emit_latency(line, info, out);
    } else if (!is_database(line)) {
      emit_field(line, options.system_metrics, out);
    }
  }
  emit_keyspace(info, options, out);
  emit_replication(info, out);
}

}  // namespace sonde::redis
