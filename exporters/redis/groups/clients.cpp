// The connections of CLIENT LIST, a line each.

#include <array>
#include <optional>
#include <vector>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "exporters/redis/groups/groups.h"

namespace sonde::redis {
namespace {

constexpr Desc kInfo{"redis_connected_client_info", "connected_client_info metric"};

// A field of a client that is a number. Times are the seconds since, and exported as when that was.
struct Field {
  std::string_view name;
  Desc family;
  bool is_age = false;
};
constexpr std::array kFields{Field{"omem",
                                   {"redis_connected_client_output_buffer_memory_usage_bytes",
                                    "connected_client_output_buffer_memory_usage_bytes metric",
                                    MetricType::Gauge,
                                    {"id", "name"}}},
                             Field{"tot-mem",
                                   {"redis_connected_client_total_memory_consumed_bytes",
                                    "connected_client_total_memory_consumed_bytes metric",
                                    MetricType::Gauge,
                                    {"id", "name"}}},
                             Field{"age",
                                   {"redis_connected_client_created_at_timestamp",
                                    "connected_client_created_at_timestamp metric",
                                    MetricType::Gauge,
                                    {"id", "name"}},
                                   true},
                             Field{"idle",
                                   {"redis_connected_client_idle_since_timestamp",
                                    "connected_client_idle_since_timestamp metric",
                                    MetricType::Gauge,
                                    {"id", "name"}},
                                   true},
                             Field{"sub",
                                   {"redis_connected_client_channel_subscriptions_count",
                                    "connected_client_channel_subscriptions_count metric",
                                    MetricType::Gauge,
                                    {"id", "name"}}},
                             Field{"psub",
                                   {"redis_connected_client_pattern_matching_subscriptions_count",
                                    "connected_client_pattern_matching_subscriptions_count metric",
                                    MetricType::Gauge,
                                    {"id", "name"}}},
                             Field{"qbuf",
                                   {"redis_connected_client_query_buffer_length_bytes",
                                    "connected_client_query_buffer_length_bytes metric",
                                    MetricType::Gauge,
                                    {"id", "name"}}},
                             Field{"qbuf-free",
                                   {"redis_connected_client_query_buffer_free_space_bytes",
                                    "connected_client_query_buffer_free_space_bytes metric",
                                    MetricType::Gauge,
                                    {"id", "name"}}},
                             Field{"obl",
                                   {"redis_connected_client_output_buffer_length_bytes",
                                    "connected_client_output_buffer_length_bytes metric",
                                    MetricType::Gauge,
                                    {"id", "name"}}},
                             Field{"oll",
                                   {"redis_connected_client_output_list_length",
                                    "connected_client_output_list_length metric",
                                    MetricType::Gauge,
                                    {"id", "name"}}},
                             // Since Redis 7.0.3
                             Field{"ssub",
                                   {"redis_connected_client_shard_channel_subscriptions_count",
                                    "connected_client_shard_channel_subscriptions_count metric",
                                    MetricType::Gauge,
                                    {"id", "name"}}},
                             // Since Redis 7.4
                             Field{"watch",
                                   {"redis_connected_client_shard_channel_watched_keys",
                                    "connected_client_shard_channel_watched_keys metric",
                                    MetricType::Gauge,
                                    {"id", "name"}}}};

// "id=11 addr=127.0.0.1:63508 name= age=6321 …" taken apart.
class ClientLine {
 public:
  explicit ClientLine(std::string_view line) {
    for (const std::string_view part : split(line, ' ')) {
      const Cut pair = cut(part, '=');
      if (pair.found) fields_.push_back(pair);
    }
  }
  std::string_view get(std::string_view name) const {
    for (const Cut& field : fields_) {
      if (field.before == name) return field.after;
    }
    return {};
  }

 private:
  std::vector<Cut> fields_;
};

void emit_info(const ClientLine& client, bool with_port, Families& out) {
  const std::string_view address = client.get("addr");
  const size_t colon = address.rfind(':');
  std::vector<LabelView> labels{{"id", client.get("id")},
                                {"name", client.get("name")},
                                {"flags", client.get("flags")},
                                {"db", client.get("db")},
                                {"host", address.substr(0, colon)}};
  if (with_port) labels.push_back({"port", address.substr(colon + 1)});
  // Since Redis 6.0 and 7.0
  for (const std::string_view name : {"user", "resp"}) {
    if (!client.get(name).empty()) labels.push_back({name, client.get(name)});
  }
  out.line(kInfo, "", labels, 1);
}

void emit_client(const ClientLine& client, int64_t now_seconds, bool with_port, Families& out) {
  emit_info(client, with_port, out);
  for (const Field& field : kFields) {
    const auto number = parse_integer(client.get(field.name));
    if (!number) continue;
    const int64_t value = field.is_age ? now_seconds - *number : *number;
    out.sample(field.family, {client.get("id"), client.get("name")}, static_cast<double>(value));
  }
}

}  // namespace

Status collect_clients(Scrape& scrape) {
  const auto list = scrape.client.command({"CLIENT", "LIST"});
  if (!list) return list.error();
  if (list->is_error()) scrape.leave_out("clients", list->text);
  const int64_t now_seconds = scrape.clock.wall_ms() / 1000;
  for (const std::string_view line : split(text_of(*list), '\n')) {
    const ClientLine client(line);
    const bool whole =
        parse_unsigned(client.get("id")) && client.get("addr").find(':') != std::string_view::npos;
    if (whole) emit_client(client, now_seconds, scrape.options.export_client_port, scrape.out);
  }
  return Ok{};
}

}  // namespace sonde::redis
