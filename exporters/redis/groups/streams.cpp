// Streams with their groups and consumers (XINFO).

#include <array>
#include <string>
#include <vector>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "exporters/redis/checked_keys.h"
#include "exporters/redis/groups/groups.h"

namespace sonde::redis {
namespace {

constexpr std::string_view kWhat = "check-streams";
// An XINFO STREAM has the first and the last entry, which may be large.
constexpr size_t kPipelinedStreams = 50;

// How a field becomes a number: an entry's ID is "1526919030474-55", milliseconds and a count.
enum class Form : uint8_t { Number, Id, EntryId, Milliseconds };

struct Field {
  std::string_view name;  // in XINFO
  Desc family;
  Form form = Form::Number;
};
constexpr std::array kStreamFields{
    Field{
        "length",
        {"redis_stream_length", "The number of elements of the stream", MetricType::Gauge, {"db", "stream"}}},
    Field{"radix-tree-keys",
          {"redis_stream_radix_tree_keys", "Radix tree keys count", MetricType::Gauge, {"db", "stream"}}},
    Field{"radix-tree-nodes",
          {"redis_stream_radix_tree_nodes", "Radix tree nodes count", MetricType::Gauge, {"db", "stream"}}},
    Field{"last-generated-id",
          {"redis_stream_last_generated_id",
           "The epoch timestamp (ms) of the latest message on the stream",
           MetricType::Gauge,
           {"db", "stream"}},
          Form::Id},
    Field{"groups", {"redis_stream_groups", "Groups count of stream", MetricType::Gauge, {"db", "stream"}}},
    Field{"max-deleted-entry-id",
          {"redis_stream_max_deleted_entry_id",
           "The epoch timestamp (ms) of last message was deleted from the stream",
           MetricType::Gauge,
           {"db", "stream"}},
          Form::Id},
    Field{"first-entry",
          {"redis_stream_first_entry_id",
           "The epoch timestamp (ms) of the first message in the stream",
           MetricType::Gauge,
           {"db", "stream"}},
          Form::EntryId},
    Field{"last-entry",
          {"redis_stream_last_entry_id",
           "The epoch timestamp (ms) of the last message in the stream",
           MetricType::Gauge,
           {"db", "stream"}},
          Form::EntryId},
    Field{"entries-added",
          {"redis_stream_entries_added_total",
           "The count of all entries added to the stream during its lifetime",
           MetricType::Counter,
           {"db", "stream"}}}};

constexpr std::array kGroupFields{
    Field{"consumers",
          {"redis_stream_group_consumers",
           "Consumers count of stream group",
           MetricType::Gauge,
           {"db", "stream", "group"}}},
    Field{"pending",
          {"redis_stream_group_messages_pending",
           "Pending number of messages in that stream group",
           MetricType::Gauge,
           {"db", "stream", "group"}}},
    Field{"last-delivered-id",
          {"redis_stream_group_last_delivered_id",
           "The epoch timestamp (ms) of the last delivered message",
           MetricType::Gauge,
           {"db", "stream", "group"}},
          Form::Id},
    Field{"entries-read",
          {"redis_stream_group_entries_read",
           "Total number of entries read from the stream group",
           MetricType::Gauge,
           {"db", "stream", "group"}}},
    Field{"lag",
          {"redis_stream_group_lag",
           "The number of messages waiting to be delivered to the stream group's consumers",
           MetricType::Gauge,
           {"db", "stream", "group"}}}};

constexpr std::array kConsumerFields{Field{"pending",
                                           {"redis_stream_group_consumer_messages_pending",
                                            "Pending number of messages for this specific consumer",
                                            MetricType::Gauge,
                                            {"db", "stream", "group", "consumer"}}},
                                     Field{"idle",
                                           {"redis_stream_group_consumer_idle_seconds",
                                            "Consumer idle time in seconds",
                                            MetricType::Gauge,
                                            {"db", "stream", "group", "consumer"}},
                                           Form::Milliseconds}};

double id_time(std::string_view id) {
  return parse_number(cut(id, '-').before).value_or(0);
}

// Nothing where the server does not know, as the lag of a group that was put into the middle of a stream.
std::optional<double> value_as(Form form, const Reply& reply) {
  switch (form) {
    case Form::Number:
      return number_of(reply);
    case Form::Id:
      return reply.kind == Reply::Kind::Text ? std::optional(id_time(reply.text)) : std::nullopt;
    case Form::EntryId:
      return id_time(text_of(item_of(reply, 0)));  // 0: there is no entry
    case Form::Milliseconds: {
      const auto ms = number_of(reply);
      return ms ? std::optional(*ms / 1e3) : std::nullopt;
    }
  }
  return std::nullopt;
}

void emit_fields(std::span<const Field> fields, const Reply& facts,
                 std::initializer_list<std::string_view> labels, Families& out) {
  for (const Field& field : fields) {
    if (const auto value = value_as(field.form, value_of(facts, field.name))) {
      out.sample(field.family, labels, *value);
    }
  }
}

// Looks at streams of one database of one server.
class StreamReader {
 public:
  StreamReader(Scrape& scrape, Client& server, int64_t database)
      : scrape_(scrape), server_(server), label_(database_label(database)) {}

  Status read(std::span<const std::string_view> names) {
    std::vector<Command> commands;
    for (const std::string_view name : names) {
      commands.push_back({"XINFO", "STREAM", name});
      commands.push_back({"XINFO", "GROUPS", name});
    }
    const auto replies = server_.pipeline(commands);
    if (!replies) return replies.error();
    for (size_t i = 0; i < names.size(); ++i) {
      const Reply& stream = (*replies)[i * 2];
      if (!stream.is_list()) continue;  // It is gone, or no stream.
      emit_fields(kStreamFields, stream, {label_, names[i]}, scrape_.out);
      if (auto read = read_groups(names[i], (*replies)[i * 2 + 1]); !read) return read;
    }
    return Ok{};
  }

 private:
  Status read_groups(std::string_view stream, const Reply& groups) {
    std::vector<Command> commands;
    for (const Reply& group : groups.items) {
      const std::string_view name = text_of(value_of(group, "name"));
      emit_fields(kGroupFields, group, {label_, stream, name}, scrape_.out);
      commands.push_back({"XINFO", "CONSUMERS", stream, name});
    }
    if (scrape_.options.streams_exclude_consumer_metrics) return Ok{};
    const auto replies = server_.pipeline(commands);
    if (!replies) return replies.error();
    for (size_t i = 0; i < replies->size(); ++i) {
      const std::string_view group = commands[i].back();
      for (const Reply& consumer : (*replies)[i].items) {
        const std::string_view name = text_of(value_of(consumer, "name"));
        emit_fields(kConsumerFields, consumer, {label_, stream, group, name}, scrape_.out);
      }
    }
    return Ok{};
  }

  Scrape& scrape_;
  Client& server_;
  const std::string label_;
};

}  // namespace

Status collect_streams(Scrape& scrape) {
  if (auto found = find_key_servers(scrape, kWhat); !found) return found;
  CheckedKeys checked(scrape,
                      {.what = kWhat, .plural = "streams", .type = "stream", .piece = kPipelinedStreams},
                      [&scrape](Client& server, int64_t database, std::span<const std::string_view> names) {
                        return StreamReader(scrape, server, database).read(names);
                      });
  if (auto read = checked.check(scrape.checks.single_streams); !read) return read;
  for (const KeyName& name : scrape.checks.streams) {
    const auto read =
        is_pattern(name.text) ? checked.check_pattern(name) : checked.check(std::span(&name, 1));
    if (!read) return read;
  }
  return Ok{};
}

}  // namespace sonde::redis
