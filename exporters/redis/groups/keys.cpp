// Size, memory and value of single keys, and of those that match patterns. Commands of many keys go in one
// piece; what a key is decides what is asked next, so that no command fails on the server.

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "common/core/number_text.h"
#include "exporters/redis/checked_keys.h"
#include "exporters/redis/groups/groups.h"

namespace sonde::redis {
namespace {

constexpr Desc kSize{"redis_key_size", "The length or size of \"key\"", MetricType::Gauge, {"db", "key"}};
constexpr Desc kMemory{
    "redis_key_memory_usage_bytes", "The memory usage of \"key\" in bytes", MetricType::Gauge, {"db", "key"}};
constexpr Desc kValue{"redis_key_value", "The value of \"key\"", MetricType::Gauge, {"db", "key"}};
constexpr Desc kText{
    "redis_key_value_as_string", "The value of \"key\" as a string", MetricType::Gauge, {"db", "key", "val"}};

constexpr std::string_view kWhat = "check-keys";
// Differs: longer values are not asked for. A HyperLogLog, which is a string, has at most 12,304 bytes.
constexpr double kValueBytesMax = 16 * 1024;

// How the size of a key is asked for.
struct Type {
  std::string_view name;
  std::string_view size_command;
};
constexpr std::array kTypes{Type{"array", "ARCOUNT"},  // since Redis 8.8
                            Type{"hash", "HLEN"},     Type{"list", "LLEN"},     Type{"set", "SCARD"},
                            Type{"stream", "XLEN"},   Type{"string", "STRLEN"}, Type{"zset", "ZCARD"}};

struct Key {
  std::string_view name;
  const Type* type = nullptr;  // nullptr: not there, or of a kind that is not known
  std::optional<double> size{};
};

bool is_hyperloglog(std::string_view value) {
  return value.starts_with("HYLL");
}

// Looks at the keys of one database of one server.
class KeyReader {
 public:
  KeyReader(Scrape& scrape, Client& server, int64_t database)
      : scrape_(scrape), server_(server), label_(database_label(database)) {}

  Status read(std::span<const std::string_view> names) {
    std::vector<Key> keys;
    for (const std::string_view name : names) keys.push_back({.name = name});
    if (auto read = read_types(keys); !read) return read;
    std::erase_if(keys, [](const Key& key) { return key.type == nullptr; });
    if (auto read = read_sizes(keys); !read) return read;
    if (auto read = read_values(keys); !read) return read;
    for (const Key& key : keys) {
      if (key.size) scrape_.out.sample(kSize, {label_, key.name}, *key.size);
    }
    return Ok{};
  }

 private:
  Status read_types(std::vector<Key>& keys) {
    std::vector<Command> commands;
    for (const Key& key : keys) {
      commands.push_back({"TYPE", key.name});
      commands.push_back({"MEMORY", "USAGE", key.name});
    }
    const auto replies = server_.pipeline(commands);
    if (!replies) return replies.error();
    for (size_t i = 0; i < keys.size(); ++i) {
      const Reply& told = (*replies)[i * 2];
      if (told.is_error()) scrape_.leave_out(kWhat, told.text);
      const std::string_view name = text_of(told);
      const auto type = std::ranges::find(kTypes, name, &Type::name);
      if (type != kTypes.end()) keys[i].type = &*type;
      // An empty list, set or hash is a key that is not there.
      if (name == "none") scrape_.out.sample(kSize, {label_, keys[i].name}, 0);
      const Reply& usage = (*replies)[i * 2 + 1];
      if (usage.kind != Reply::Kind::Integer) continue;
      scrape_.out.sample(kMemory, {label_, keys[i].name}, static_cast<double>(usage.integer));
    }
    return Ok{};
  }

  Status read_sizes(std::vector<Key>& keys) {
    std::vector<Command> commands;
    for (const Key& key : keys) commands.push_back({key.type->size_command, key.name});
    const auto replies = server_.pipeline(commands);
    if (!replies) return replies.error();
    for (size_t i = 0; i < keys.size(); ++i) {
      if ((*replies)[i].kind == Reply::Kind::Integer) keys[i].size = number_of((*replies)[i]);
    }
    return Ok{};
  }

  // Of strings, which tells HyperLogLogs from others too: their length is not their size.
  Status read_values(std::vector<Key>& keys) {
    std::vector<Key*> strings;
    std::vector<Command> commands;
    for (Key& key : keys) {
      const bool wanted =
          key.type->name == "string" && key.size && *key.size > 0 && *key.size <= kValueBytesMax;
      if (!wanted) continue;
      strings.push_back(&key);
      commands.push_back({"GET", key.name});
    }
    const auto replies = server_.pipeline(commands);
    if (!replies) return replies.error();
    std::vector<Key*> counted;
    for (size_t i = 0; i < strings.size(); ++i) {
      const std::string_view value = text_of((*replies)[i]);
      if (is_hyperloglog(value)) {
        counted.push_back(strings[i]);
      } else {
        emit_value(strings[i]->name, value);
      }
    }
    return read_cardinalities(counted);
  }

  Status read_cardinalities(const std::vector<Key*>& keys) {
    std::vector<Command> commands;
    for (const Key* key : keys) commands.push_back({"PFCOUNT", key->name});
    const auto replies = server_.pipeline(commands);
    if (!replies) return replies.error();
    for (size_t i = 0; i < keys.size(); ++i) {
      if ((*replies)[i].kind == Reply::Kind::Integer) keys[i]->size = number_of((*replies)[i]);
    }
    return Ok{};
  }

  void emit_value(std::string_view key, std::string_view value) {
    if (scrape_.options.disable_exporting_key_values || value.empty()) return;
    if (const auto number = parse_number(value)) {
      scrape_.out.sample(kValue, {label_, key}, *number);
    } else {
      scrape_.out.sample(kText, {label_, key, value}, 1);
    }
  }

  Scrape& scrape_;
  Client& server_;
  const std::string label_;
};

}  // namespace

Status collect_keys(Scrape& scrape) {
  if (auto found = find_key_servers(scrape, kWhat); !found) return found;
  CheckedKeys checked(scrape, {.what = kWhat, .plural = "keys"},
                      [&scrape](Client& server, int64_t database, std::span<const std::string_view> names) {
                        return KeyReader(scrape, server, database).read(names);
                      });
  if (auto read = checked.check(scrape.checks.single_keys); !read) return read;
  std::vector<KeyName> plain;
  for (const KeyName& name : scrape.checks.keys) {
    if (!is_pattern(name.text)) plain.push_back(name);
  }
  if (auto read = checked.check(plain); !read) return read;
  for (const KeyName& name : scrape.checks.keys) {
    if (!is_pattern(name.text)) continue;
    if (auto read = checked.check_pattern(name); !read) return read;
  }
  return Ok{};
}

}  // namespace sonde::redis
