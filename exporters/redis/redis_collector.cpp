#include "exporters/redis/redis_collector.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "exporters/redis/address.h"
#include "exporters/redis/info.h"
#include "exporters/redis/info_metrics.h"

namespace sonde::redis {
namespace {

constexpr std::string_view kClientName = "redis_exporter";

struct ConfigField {
  std::string_view name;
  std::string_view family;
};
constexpr std::array kConfigFields{ConfigField{"io-threads", "config_io_threads"},
                                   ConfigField{"maxclients", "config_maxclients"},
                                   ConfigField{"maxmemory", "config_maxmemory"},
                                   ConfigField{"repl-backlog-size", "config_repl_backlog_size"}};
static_assert(std::ranges::is_sorted(kConfigFields, {}, &ConfigField::name));

double seconds_since(const Clock& clock, int64_t begin_ns) {
  return static_cast<double>(clock.monotonic_ns() - begin_ns) / 1e9;
}

// "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60"
void emit_output_limits(std::string_view value, Families& out) {
  FieldCursor fields(value);
  while (!fields.at_end()) {
    const std::string_view name = fields.text();
    const double hard = fields.number();
    const double soft = fields.number();
    const double seconds = fields.number();
    if (fields.failed()) return;
    out.gauge("config_client_output_buffer_limit_bytes", {"class", "limit"}, {name, "hard"}, hard);
    out.gauge("config_client_output_buffer_limit_bytes", {"class", "limit"}, {name, "soft"}, soft);
    out.gauge("config_client_output_buffer_limit_overcome_seconds", {"class", "limit"}, {name, "soft"},
              seconds);
  }
}

Status reply_error(const Reply& reply) {
  if (reply.kind != Reply::Kind::Error) return Ok{};
  return Error(ErrorCode::InvalidArgument, reply.text);
}

}  // namespace

RedisCollector::RedisCollector(Address address, const Options& options, const Clock& clock, Logger& logger)
    : address_(std::move(address)), options_(options), clock_(clock), logger_(logger) {}

void RedisCollector::set_deadline(int64_t monotonic_ns) {
  const MutexLock lock(mutex_);
  deadline_monotonic_ns_ = monotonic_ns;
}

Status RedisCollector::collect(exporter::MetricSink& sink) {
  int64_t deadline = 0;
  {
    const MutexLock lock(mutex_);
    deadline = deadline_monotonic_ns_;
  }
  Families out(sink, options_.name_space);
  const int64_t begin = clock_.monotonic_ns();
  const Status status = scrape(out, deadline);
  const std::string error = status ? "" : status.error().message();
  if (!status) {
    client_.reset();
    logger_.error("scrape failed", {{"addr", write_address(address_)}, {"err", error}});
  }
  out.gauge("up", status ? 1 : 0);
  out.gauge("exporter_last_scrape_error", {"err"}, {error}, status ? 0 : 1);
  out.gauge("exporter_last_scrape_duration_seconds", seconds_since(clock_, begin));
  out.gauge("exporter_last_scrape_connect_time_seconds", connect_seconds_);
  return Ok{};  // A server that is down is an answer.
}

Status RedisCollector::scrape(Families& out, int64_t deadline_monotonic_ns) {
  if (auto connected = connect(out, deadline_monotonic_ns); !connected) return connected.error();
  if (auto info = collect_info(out); !info) return info.error();
  return collect_slowlog(out);
}

Status RedisCollector::connect(Families& out, int64_t deadline_monotonic_ns) {
  const Patience patience{
      .deadline_monotonic_ns = deadline_monotonic_ns,
      .call = std::max(options_.connection_timeout, std::chrono::milliseconds(0)),
  };
  const int64_t begin = clock_.monotonic_ns();
  if (client_) client_->set_patience(patience);
  // A kept connection that the server has closed is found by the first command, and opened again.
  const bool alive = client_ && client_->command({"PING"});
  if (!alive) {
    auto opened = Client::connect(address_, patience, clock_);
    if (!opened) return opened.error();
    client_ = std::move(*opened);
    connect_seconds_ = seconds_since(clock_, begin);
    if (options_.set_client_name) {
      const auto named = client_->command({"CLIENT", "SETNAME", kClientName});
      if (!named) return named.error();
    }
  }
  if (!options_.ping_on_connect) return Ok{};
  const int64_t ping_begin = clock_.monotonic_ns();
  const auto pong = client_->command({"PING"});
  if (!pong) return pong.error();
  out.gauge("exporter_last_scrape_ping_time_seconds", seconds_since(clock_, ping_begin));
  return Ok{};
}

Status RedisCollector::collect_info(Families& out) {
  auto info = client_->command({"INFO", "ALL"});
  if (!info) return info.error();
  if (info->kind == Reply::Kind::Error) {
    info = client_->command({"INFO"});
    if (!info) return info.error();
  }
  if (auto good = reply_error(*info); !good) return good.error();
  if (options_.config_command != "-") {
    const auto config = client_->command({options_.config_command, "GET", "*"});
    if (!config) return config.error();
    // A server that hides CONFIG is scraped without it.
    if (config->kind == Reply::Kind::List) collect_config(*config, out);
  }
  Info parsed(info->text);
  std::string cluster;
  if (parsed.get("cluster_enabled") == "1") {
    auto reply = client_->command({"CLUSTER", "INFO"});
    if (!reply) return reply.error();
    cluster = std::move(reply->text);
    database_count_ = 1;
  }
  const std::string all = info->text + "\n# Cluster\n" + cluster;
  emit_info(Info(all),
            {.empty_databases = options_.include_empty_databases,
             .database_count = database_count_,
             .system_metrics = options_.include_system_metrics},
            out);
  const auto uptime = parse_number(parsed.get("uptime_in_seconds"));
  if (uptime) out.gauge("start_time_seconds", static_cast<double>(clock_.wall_ms() / 1000) - *uptime);
  return Ok{};
}

// A flat list of names and values.
void RedisCollector::collect_config(const Reply& config, Families& out) {
  for (size_t i = 0; i + 1 < config.items.size(); i += 2) {
    const std::string& name = config.items[i].text;
    const std::string& value = config.items[i + 1].text;
    if (name == "databases") database_count_ = parse_integer(value).value_or(database_count_);
    if (name == "client-output-buffer-limit") emit_output_limits(value, out);
    const auto row = std::ranges::find(kConfigFields, std::string_view(name), &ConfigField::name);
    if (row == kConfigFields.end()) continue;
    if (const auto number = parse_number(value)) out.gauge(row->family, *number);
  }
}

Status RedisCollector::collect_slowlog(Families& out) {
  const auto replies = client_->pipeline({{"SLOWLOG", "LEN"}, {"SLOWLOG", "GET", "1"}});
  if (!replies) return replies.error();
  const Reply& length = (*replies)[0];
  const Reply& entries = (*replies)[1];
  if (length.kind == Reply::Kind::Integer) out.gauge("slowlog_length", static_cast<double>(length.integer));
  if (entries.kind != Reply::Kind::List) return Ok{};
  double last_id = 0;
  double last_seconds = 0;
  // An entry is id, time, duration in microseconds, …
  if (!entries.items.empty() && entries.items[0].items.size() >= 3) {
    last_id = static_cast<double>(entries.items[0].items[0].integer);
    last_seconds = static_cast<double>(entries.items[0].items[2].integer) / 1e6;
  }
  out.gauge("slowlog_last_id", last_id);
  out.gauge("last_slow_execution_duration_seconds", last_seconds);
  return Ok{};
}

}  // namespace sonde::redis
