// The settings of CONFIG GET: the four that everybody has, the output buffers' limits, and all of them where
// that is wanted.

#include <algorithm>
#include <array>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "exporters/redis/groups/groups.h"

namespace sonde::redis {
namespace {

constexpr Desc kMaxclients{"redis_config_maxclients", "config_maxclients metric"};
constexpr Desc kIoThreads{"redis_config_io_threads", "config_io_threads metric"};
constexpr Desc kMaxmemory{"redis_config_maxmemory", "config_maxmemory metric"};
constexpr Desc kBacklogSize{"redis_config_repl_backlog_size", "config_repl_backlog_size metric"};
constexpr Desc kLimit{"redis_config_client_output_buffer_limit_bytes",
                      "The configured buffer limits per class",
                      MetricType::Gauge,
                      {"class", "limit"}};
constexpr Desc kOvercome{"redis_config_client_output_buffer_limit_overcome_seconds",
                         "How long for buffer limits per class to be exceeded before replicas are dropped",
                         MetricType::Gauge,
                         {"class", "limit"}};
constexpr Desc kKeyValue{
    "redis_config_key_value", "Config key and value", MetricType::Gauge, {"key", "value"}};
constexpr Desc kValue{"redis_config_value", "Config key and value as metric", MetricType::Gauge, {"key"}};

struct Setting {
  std::string_view name;
  const Desc* family;
};
constexpr std::array kSettings{Setting{"io-threads", &kIoThreads}, Setting{"maxclients", &kMaxclients},
                               Setting{"maxmemory", &kMaxmemory},
                               Setting{"repl-backlog-size", &kBacklogSize}};

// Their values are never exported unless --redact-config-metrics is off.
constexpr std::array<std::string_view, 4> kSecrets{"masterauth", "requirepass", "tls-client-key-file-pass",
                                                   "tls-key-file-pass"};

// "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60"
void emit_output_limits(std::string_view value, Families& out) {
  FieldCursor fields(value);
  while (!fields.at_end()) {
    const std::string_view name = fields.text();
    const double hard = fields.number();
    const double soft = fields.number();
    const double seconds = fields.number();
    if (fields.failed()) return;
    out.sample(kLimit, {name, "hard"}, hard);
    out.sample(kLimit, {name, "soft"}, soft);
    out.sample(kOvercome, {name, "soft"}, seconds);
  }
}

}  // namespace

Status collect_config(Scrape& scrape) {
  const Options& options = scrape.options;
  for_each_pair(scrape.config, [&](std::string_view name, const Reply& reply) {
    const std::string_view value = text_of(reply);
    const bool secret = options.redact_config_metrics && std::ranges::find(kSecrets, name) != kSecrets.end();
    if (options.include_config_metrics && !secret) {
      scrape.out.sample(kKeyValue, {name, value}, 1);
      if (const auto number = parse_number(value)) scrape.out.sample(kValue, {name}, *number);
    }
    if (name == "client-output-buffer-limit") emit_output_limits(value, scrape.out);
    const auto row = std::ranges::find(kSettings, name, &Setting::name);
    const auto number = row == kSettings.end() ? std::nullopt : parse_number(value);
    if (number) scrape.out.sample(*row->family, *number);
  });
  return Ok{};
}

}  // namespace sonde::redis
