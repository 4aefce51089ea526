// Scripts of the user, run on the server: each returns a flat list of names and numbers.

#include <vector>

#include "exporters/redis/groups/groups.h"

namespace sonde::redis {
namespace {

constexpr Desc kResult{
    "redis_script_result", "Result of the collect script evaluation", MetricType::Gauge, {"filename"}};
constexpr Desc kValues{
    "redis_script_values", "Values returned by the collect script", MetricType::Gauge, {"key", "filename"}};

enum class Outcome : uint8_t { Failed = 0, Good = 1, Empty = 2 };

Outcome emit_values(const Script& script, const Reply& reply, Scrape& scrape) {
  if (reply.is_error()) {
    scrape.leave_out("script " + script.file, reply.text);
    return Outcome::Failed;
  }
  if (!reply.is_list() && reply.kind != Reply::Kind::Nil) {
    scrape.leave_out("script " + script.file, "its result is no list of names and numbers");
    return Outcome::Failed;
  }
  if (reply.items.empty()) return Outcome::Empty;
  bool good = reply.items.size() % 2 == 0;
  for_each_pair(reply, [&](std::string_view name, const Reply& value) {
    const auto number = number_of(value);
    if (number) scrape.out.sample(kValues, {name, script.file}, *number);
    good = good && number;
  });
  if (good) return Outcome::Good;
  scrape.leave_out("script " + script.file, "a value of its result is no number");
  return Outcome::Failed;
}

}  // namespace

// Differs: a script that fails does not make the server down, which is up.
Status collect_scripts(Scrape& scrape) {
  const std::string_view command = scrape.options.lua_script_read_only ? "EVAL_RO" : "EVAL";
  for (const Script& script : scrape.settings.scripts) {
    const auto reply = scrape.client.command({command, script.text, "0", "0"});
    if (!reply) return reply.error();
    const Outcome outcome = emit_values(script, *reply, scrape);
    scrape.out.sample(kResult, {script.file}, static_cast<double>(outcome));
  }
  return Ok{};
}

}  // namespace sonde::redis
