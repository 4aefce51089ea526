// Keys counted by what patterns capture of their names. A script on the server takes a batch of SCAN at a
// time, so that names do not travel; each call takes as long as its batch.

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/core/number_text.h"
#include "exporters/redis/groups/groups.h"
#include "exporters/redis/info_metrics.h"
#include "exporters/redis/key_scan.h"

namespace sonde::redis {
namespace {

constexpr Desc kCount{
    "redis_key_group_count", "Count of keys in key group", MetricType::Gauge, {"db", "key_group"}};
constexpr Desc kMemory{"redis_key_group_memory_usage_bytes",
                       "Total memory usage of key group in bytes",
                       MetricType::Gauge,
                       {"db", "key_group"}};
constexpr Desc kDistinct{
    "redis_number_of_distinct_key_groups", "Number of distinct key groups", MetricType::Gauge, {"db"}};
constexpr Desc kDuration{"redis_last_key_groups_scrape_duration_milliseconds",
                         "Duration of the last key group metrics scrape in milliseconds"};

constexpr std::string_view kWhat = "check-key-groups";
// Groups that are told apart; the keys of all further ones are of the group "overflow".
constexpr size_t kGroupsMax = 100'000;

// ARGV: cursor, count, patterns. Gives the next cursor and a list of group, keys, bytes.
constexpr std::string_view kScript = R"lua(
local cursor, count = ARGV[1], ARGV[2]
local function group_of(key)
  for i = 3, #ARGV do
    local found = {string.find(key, ARGV[i])}
    if found[1] then return table.concat(found, "", 3) end
  end
  return "unclassified"
end
for i = 3, #ARGV do string.find(" ", ARGV[i]) end
local batch = redis.call("SCAN", cursor, "COUNT", count)
local keys, bytes, out = {}, {}, {}
for _, key in ipairs(batch[2]) do
  local group = group_of(key)
  local usage = redis.pcall("MEMORY", "USAGE", key)
  if type(usage) ~= "number" then usage = 0 end
  keys[group] = (keys[group] or 0) + 1
  bytes[group] = (bytes[group] or 0) + usage
end
for group, number in pairs(keys) do out[#out + 1] = {group, number, bytes[group]} end
return {batch[1], out}
)lua";

struct Figures {
  double keys = 0;
  double bytes = 0;

  void add(double more_keys, double more_bytes) {
    keys += more_keys;
    bytes += more_bytes;
  }
};

// The groups of one database.
class Groups {
 public:
  void add(std::string_view name, double keys, double bytes) {
    const auto found = groups_.find(std::string(name));
    if (found != groups_.end()) return found->second.add(keys, bytes);
    if (groups_.size() == kGroupsMax) {
      full_ = true;
      return rest_.add(keys, bytes);
    }
    groups_[std::string(name)].add(keys, bytes);
  }

  bool full() const { return full_; }

  // Those with the most memory by name, all others together.
  void emit(std::string_view database, size_t shown_max, Families& out) const {
    std::vector<const Entry*> entries;
    for (const Entry& entry : groups_) entries.push_back(&entry);
    const size_t shown = std::min(shown_max, entries.size());
    std::partial_sort(entries.begin(), entries.begin() + static_cast<ptrdiff_t>(shown), entries.end(),
                      before);
    Figures rest = rest_;
    for (size_t i = 0; i < entries.size(); ++i) {
      const Figures& figures = entries[i]->second;
      if (i < shown) {
        emit_group(database, entries[i]->first, figures, out);
      } else {
        rest.add(figures.keys, figures.bytes);
      }
    }
    if (shown < entries.size() || full_) emit_group(database, "overflow", rest, out);
    out.sample(kDistinct, {database}, static_cast<double>(entries.size()));
  }

 private:
  using Entry = std::pair<const std::string, Figures>;

  static bool before(const Entry* a, const Entry* b) {
    if (a->second.bytes != b->second.bytes) return a->second.bytes > b->second.bytes;
    if (a->second.keys != b->second.keys) return a->second.keys < b->second.keys;
    return a->first < b->first;
  }

  static void emit_group(std::string_view database, std::string_view name, const Figures& figures,
                         Families& out) {
    out.sample(kCount, {database, name}, figures.keys);
    out.sample(kMemory, {database, name}, figures.bytes);
  }

  std::unordered_map<std::string, Figures> groups_;
  Figures rest_;
  bool full_ = false;
};

// All keys of one database of one server. False when there is no such database, or when the scrape had to
// leave something out.
Result<bool> walk(Scrape& scrape, Client& server, int64_t database, Groups& groups) {
  if (auto selected = server.select(database); !selected) {
    if (selected.error().code() != ErrorCode::InvalidArgument) return selected.error();
    return false;
  }
  const std::string count = std::to_string(scrape.options.check_keys_batch_size);
  std::string cursor = "0";
  do {
    if (!scrape.has_time()) {
      scrape.leave_out(kWhat, "not all keys in the time of a scrape");
      return false;
    }
    Command words{"EVAL", kScript, "0", cursor, count};
    words.insert(words.end(), scrape.settings.key_groups.begin(), scrape.settings.key_groups.end());
    const auto reply = server.command(words);
    if (!reply) return reply.error();
    const std::string_view next = text_of(item_of(*reply, 0));
    if (!parse_unsigned(next)) {
      scrape.leave_out(kWhat, reply->is_error() ? reply->text : "an answer of the script that is none");
      return false;
    }
    for (const Reply& group : item_of(*reply, 1).items) {
      groups.add(text_of(item_of(group, 0)), number_of(item_of(group, 1)).value_or(0),
                 number_of(item_of(group, 2)).value_or(0));
    }
    cursor = next;
  } while (cursor != "0");
  return true;
}

// One database on all servers that hold its keys; false when not all were seen, and what was is left out.
Result<bool> collect_database(Scrape& scrape, int64_t database) {
  Groups groups;
  bool complete = true;
  const std::vector<Client*> servers(scrape.servers.all().begin(), scrape.servers.all().end());
  for (Client* server : servers) {
    const auto walked = walk(scrape, *server, database, groups);
    if (!walked) {
      if (auto lost = scrape.lost(*server, kWhat, walked.error()); !lost) return lost.error();
    }
    complete = complete && walked && *walked;
  }
  if (groups.full()) scrape.leave_out(kWhat, "more than " + std::to_string(kGroupsMax) + " groups");
  if (complete) {
    groups.emit(database_label(database), static_cast<size_t>(scrape.options.max_distinct_key_groups),
                scrape.out);
  }
  return complete;
}

}  // namespace

Status collect_key_groups(Scrape& scrape) {
  const int64_t begin_ns = scrape.clock.monotonic_ns();
  if (!scrape.settings.key_groups.empty()) {
    if (auto found = find_key_servers(scrape, kWhat); !found) return found;
    const int64_t databases = std::min(scrape.database_count, kEmptyDatabasesMax);
    for (int64_t database = 0; database < databases; ++database) {
      const auto complete = collect_database(scrape, database);
      if (!complete) return complete.error();
      if (!*complete) break;  // The next ones would end in the same way.
    }
  }
  scrape.out.sample(kDuration, static_cast<double>((scrape.clock.monotonic_ns() - begin_ns) / 1'000'000));
  return Ok{};
}

}  // namespace sonde::redis
