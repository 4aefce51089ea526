// Latency spikes by event (LATENCY LATEST) and a histogram by command (LATENCY HISTOGRAM, since Redis 7).

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "common/core/number_text.h"
#include "exporters/redis/groups/groups.h"

namespace sonde::redis {
namespace {

constexpr Desc kSpikeLast{
    "redis_latency_spike_last", "When the latency spike last occurred", MetricType::Gauge, {"event_name"}};
constexpr Desc kSpikeSeconds{"redis_latency_spike_duration_seconds",
                             "Length of the last latency spike in seconds",
                             MetricType::Gauge,
                             {"event_name"}};
constexpr Desc kHistogram{
    "redis_commands_latencies_usec", "A histogram of latencies per command", MetricType::Histogram, {"cmd"}};

// The time that commands took: the histograms do not say it.
class CommandTimes {
 public:
  explicit CommandTimes(const Info& info) {
    constexpr std::string_view kPrefix = "cmdstat_";
    for (const InfoLine& line : info.lines()) {
      if (!line.field.starts_with(kPrefix)) continue;
      const auto usec = parse_number(get_part(line.value, "usec"));
      times_.push_back({.command = line.field.substr(kPrefix.size()), .usec = usec.value_or(0)});
    }
    std::ranges::sort(times_, {}, &Time::command);
  }

  // A command with its subcommands: "config" and "config|get".
  double of(std::string_view command) const {
    double sum = 0;
    const auto own = std::ranges::lower_bound(times_, command, {}, &Time::command);
    if (own != times_.end() && own->command == command) sum += own->usec;
    const std::string prefix = std::string(command) + "|";
    auto sub = std::ranges::lower_bound(times_, std::string_view(prefix), {}, &Time::command);
    for (; sub != times_.end() && sub->command.starts_with(prefix); ++sub) sum += sub->usec;
    return sum;
  }

 private:
  struct Time {
    std::string_view command;
    double usec;
  };
  std::vector<Time> times_;  // sorted by command
};

// Items are event, time, last and longest duration in milliseconds.
void emit_spikes(const Reply& spikes, Families& out) {
  for (const Reply& spike : spikes.items) {
    const std::string_view event = text_of(item_of(spike, 0));
    const auto last = number_of(item_of(spike, 1));
    const auto duration_ms = number_of(item_of(spike, 2));
    if (event.empty() || !last || !duration_ms) continue;
    out.sample(kSpikeLast, {event}, *last);
    out.sample(kSpikeSeconds, {event}, *duration_ms / 1e3);
  }
}

// "calls", their number, "histogram_usec", a list of upper bounds and how many calls took no longer.
void emit_histogram(std::string_view command, const Reply& facts, const CommandTimes& times, Families& out) {
  const auto calls = number_of(value_of(facts, "calls"));
  const Reply& buckets = value_of(facts, "histogram_usec");
  if (!calls || !buckets.is_list()) return;
  std::string bound;
  for (size_t i = 0; i + 1 < buckets.items.size(); i += 2) {
    bound.clear();
    append_number_exposition(bound, number_of(buckets.items[i]).value_or(0));
    const std::array labels{LabelView{"cmd", command}, LabelView{"le", bound}};
    out.line(kHistogram, "_bucket", labels, number_of(buckets.items[i + 1]).value_or(0));
  }
  const std::array all{LabelView{"cmd", command}, LabelView{"le", "+Inf"}};
  out.line(kHistogram, "_bucket", all, *calls);
  const std::array labels{LabelView{"cmd", command}};
  out.line(kHistogram, "_sum", labels, times.of(command));
  out.line(kHistogram, "_count", labels, *calls);
}

}  // namespace

Status collect_latency(Scrape& scrape) {
  const auto replies = scrape.client.pipeline({{"LATENCY", "LATEST"}, {"LATENCY", "HISTOGRAM"}});
  if (!replies) return replies.error();
  emit_spikes((*replies)[0], scrape.out);
  const CommandTimes times(scrape.info);
  for_each_pair((*replies)[1], [&](std::string_view command, const Reply& facts) {
    emit_histogram(command, facts, times, scrape.out);
  });
  return Ok{};
}

}  // namespace sonde::redis
