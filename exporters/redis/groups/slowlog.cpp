// The slow log: its length and its last entry.

#include "exporters/redis/groups/groups.h"

namespace sonde::redis {
namespace {

constexpr Desc kLength{"redis_slowlog_length", "Total slowlog"};
constexpr Desc kLastId{"redis_slowlog_last_id", "Last id of slowlog"};
constexpr Desc kLastSeconds{"redis_last_slow_execution_duration_seconds",
                            "The amount of time needed for last slow execution, in seconds"};

}  // namespace

Status collect_slowlog(Scrape& scrape) {
  const auto replies = scrape.client.pipeline({{"SLOWLOG", "LEN"}, {"SLOWLOG", "GET", "1"}});
  if (!replies) return replies.error();
  const Reply& length = (*replies)[0];
  const Reply& entries = (*replies)[1];
  if (length.kind == Reply::Kind::Integer) scrape.out.sample(kLength, static_cast<double>(length.integer));
  if (!entries.is_list()) return Ok{};
  // An entry is id, time, duration in microseconds, …
  const Reply& entry = item_of(entries, 0);
  scrape.out.sample(kLastId, static_cast<double>(item_of(entry, 0).integer));
  scrape.out.sample(kLastSeconds, static_cast<double>(item_of(entry, 2).integer) / 1e6);
  return Ok{};
}

}  // namespace sonde::redis
