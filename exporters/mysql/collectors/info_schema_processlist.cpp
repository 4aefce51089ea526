#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "exporters/mysql/row.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {
namespace {

constexpr Desc kThreads{"mysql_info_schema_processlist_threads",
                        "The number of threads split by current state.",
                        MetricType::Gauge,
                        {"command", "state"}};
constexpr Desc kSeconds{"mysql_info_schema_processlist_seconds",
                        "The number of seconds threads have used split by current state.",
                        MetricType::Gauge,
                        {"command", "state"}};
constexpr Desc kByUser{"mysql_info_schema_processlist_processes_by_user",
                       "The number of processes by user.",
                       MetricType::Gauge,
                       {"mysql_user"}};
constexpr Desc kByHost{"mysql_info_schema_processlist_processes_by_host",
                       "The number of processes by host.",
                       MetricType::Gauge,
                       {"client_host"}};

// "Waiting for table flush; x" → "waiting_for_table_flush_x".
std::string plain(std::string_view state) {
  if (state.empty()) return "unknown";
  std::string out;
  for (const char c : to_lower_ascii(state)) {
    if (std::string_view(";,:.()").find(c) != std::string_view::npos) continue;
    out += c == ' ' || c == '-' ? '_' : c;
  }
  return out;
}

struct State {
  double threads = 0;
  double seconds = 0;
};
struct Counts {
  std::map<std::pair<std::string, std::string>, State> by_state;  // command and state
  std::map<std::string, double> by_user;
  std::map<std::string, double> by_host;
};

void count(Counts& counts, const Row& row) {
  const double threads = parse_number(row.text("processes")).value_or(0);
  State& state = counts.by_state[{plain(row.text("command")), plain(row.text("state"))}];
  state.threads += threads;
  state.seconds += parse_number(row.text("seconds")).value_or(0);
  counts.by_user[std::string(row.text("user"))] += threads;
  const std::string_view host = row.text("host");
  counts.by_host[std::string(host.empty() ? "unknown" : host)] += threads;
}

}  // namespace

Status scrape_processlist(const Source& source, MetricSink& sink) {
  const auto& options = source.options.processlist;
  const auto table = source.connection.query(
      "SELECT user, SUBSTRING_INDEX(host, ':', 1) AS host, COALESCE(command, '') AS command, "
      "COALESCE(state, '') AS state, COUNT(*) AS processes, SUM(time) AS seconds "
      "FROM information_schema.processlist WHERE ID != CONNECTION_ID() AND TIME >= " +
      std::to_string(options.min_time_seconds) + " GROUP BY user, host, command, state");
  if (!table) return table.error();
  Counts counts;
  for (size_t index = 0; index < table->rows.size(); ++index) count(counts, Row(*table, index));
  for (const auto& [key, state] : counts.by_state) {
    sink.sample(kThreads, {key.first, key.second}, state.threads);
    sink.sample(kSeconds, {key.first, key.second}, state.seconds);
  }
  if (options.by_host) {
    for (const auto& [host, threads] : counts.by_host) sink.sample(kByHost, {host}, threads);
  }
  if (options.by_user) {
    for (const auto& [user, threads] : counts.by_user) sink.sample(kByUser, {user}, threads);
  }
  return Ok{};
}

}  // namespace sonde::mysql
