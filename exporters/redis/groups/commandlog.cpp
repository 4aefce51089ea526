// Valkey's three logs of commands that were slow or large (since 8.1).

#include <array>
#include <vector>

#include "exporters/redis/groups/groups.h"

namespace sonde::redis {
namespace {

struct Log {
  std::string_view kind;
  Desc length;
};
constexpr std::array kLogs{
    Log{"slow", {"redis_commandlog_slow_length", "Total entries in the slow command log"}},
    Log{"large-request",
        {"redis_commandlog_large_request_length", "Total entries in the large-request command log"}},
    Log{"large-reply",
        {"redis_commandlog_large_reply_length", "Total entries in the large-reply command log"}}};

struct Setting {
  std::string_view name;
  Desc family;
};
constexpr std::array kSettings{
    Setting{"commandlog-execution-slower-than",
            {"redis_commandlog_execution_slower_than",
             "Execution time threshold in microseconds for the slow command log"}},
    Setting{"commandlog-slow-execution-max-len",
            {"redis_commandlog_slow_execution_max_len",
             "Maximum number of entries retained in the slow command log"}},
    Setting{"commandlog-request-larger-than",
            {"redis_commandlog_request_larger_than",
             "Request size threshold in bytes for the large-request command log"}},
    Setting{"commandlog-large-request-max-len",
            {"redis_commandlog_large_request_max_len",
             "Maximum number of entries retained in the large-request command log"}},
    Setting{"commandlog-reply-larger-than",
            {"redis_commandlog_reply_larger_than",
             "Reply size threshold in bytes for the large-reply command log"}},
    Setting{"commandlog-large-reply-max-len",
            {"redis_commandlog_large_reply_max_len",
             "Maximum number of entries retained in the large-reply command log"}}};

}  // namespace

Status collect_commandlog(Scrape& scrape) {
  std::vector<Command> commands;
  for (const Log& log : kLogs) commands.push_back({"COMMANDLOG", "LEN", log.kind});
  const auto replies = scrape.client.pipeline(commands);
  if (!replies) return replies.error();
  for (size_t i = 0; i < kLogs.size(); ++i) {
    const Reply& length = (*replies)[i];
    if (length.kind == Reply::Kind::Integer) {
      scrape.out.sample(kLogs[i].length, static_cast<double>(length.integer));
    }
  }
  for (const Setting& setting : kSettings) {
    const auto value = number_of(value_of(scrape.config, setting.name));
    if (value) scrape.out.sample(setting.family, *value);
  }
  return Ok{};
}

}  // namespace sonde::redis
