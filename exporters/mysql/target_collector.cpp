#include "exporters/mysql/target_collector.h"

#include <algorithm>
#include <utility>

#include "common/core/text.h"

namespace sonde::mysql {
namespace {

constexpr Desc kUp{"mysql_up", "Whether the MySQL server is up."};
constexpr Desc kDuration{"mysql_exporter_collector_duration_seconds",
                         "Collector time duration.",
                         MetricType::Gauge,
                         {"collector"}};
constexpr Desc kSuccess{"mysql_exporter_collector_success",
                        "mysqld_exporter: Whether a collector succeeded.",
                        MetricType::Gauge,
                        {"collector"}};
constexpr int64_t kNsPerSecond = 1'000'000'000;

double seconds_between(int64_t from_ns, int64_t to_ns) {
  return static_cast<double>(to_ns - from_ns) / static_cast<double>(kNsPerSecond);
}

}  // namespace

void TargetCollector::set_task(std::vector<std::string_view> scrapers, int64_t deadline_monotonic_ns) {
  const MutexLock lock(mutex_);
  task_ = {.scrapers = std::move(scrapers), .deadline_monotonic_ns = deadline_monotonic_ns};
}

Status TargetCollector::collect(MetricSink& sink) {
  Task task;
  {
    const MutexLock lock(mutex_);
    task = task_;
  }
  const int64_t begin = clock_.monotonic_ns();
  if (auto connected = connect(task); !connected) {
    connection_.reset();
    sink.sample(kUp, 0);
    logger_.error("cannot connect to the server", {{"err", connected.error().message()}});
    return Ok{};  // A server that is down is an answer.
  }
  sink.sample(kUp, 1);
  sink.sample(kDuration, {"connection"}, seconds_between(begin, clock_.monotonic_ns()));
  for (const Scraper& scraper : scrapers()) {
    if (std::ranges::find(task.scrapers, scraper.name) == task.scrapers.end()) continue;
    if (version_ < scraper.min_version) continue;
    run(scraper, sink);
    if (!connection_) break;
  }
  return Ok{};
}

// A kept connection is asked whether it still lives by the statement that limits the session.
Status TargetCollector::connect(const Task& task) {
  if (connection_ && limit_statements(task)) return Ok{};
  const int64_t left_ns = std::max<int64_t>(task.deadline_monotonic_ns - clock_.monotonic_ns(), kNsPerSecond);
  auto opened = Connection::open(endpoint_, std::chrono::seconds(left_ns / kNsPerSecond));
  if (!opened) return opened.error();
  connection_ = std::move(*opened);
  if (auto prepared = prepare_session(); !prepared) return prepared.error();
  return limit_statements(task);
}

Status TargetCollector::prepare_session() {
  auto answer = connection_->query("SELECT @@version");
  if (!answer) return answer.error();
  if (answer->rows.empty() || answer->rows[0].empty() || !answer->rows[0][0]) {
    return Error(ErrorCode::Corrupt, "the server does not say its version");
  }
  const std::string& text = *answer->rows[0][0];
  version_ = parse_version(text);
  is_mariadb_ = to_lower_ascii(text).find("mariadb") != std::string::npos;
  if (options_.enable_lock_wait_timeout) {
    const std::string seconds = std::to_string(options_.lock_wait_timeout_seconds);
    if (auto set = connection_->execute("SET SESSION lock_wait_timeout=" + seconds); !set) return set.error();
  }
  if (options_.log_slow_filter) {
    return connection_->execute("SET SESSION log_slow_filter='tmp_table_on_disk,filesort_on_disk'");
  }
  return Ok{};
}

// The server itself ends a statement that would outlive the scrape.
Status TargetCollector::limit_statements(const Task& task) {
  int64_t left_ms = (task.deadline_monotonic_ns - clock_.monotonic_ns()) / 1'000'000;
  if (options_.query_timeout_seconds > 0) left_ms = std::min(left_ms, options_.query_timeout_seconds * 1000);
  left_ms = std::max<int64_t>(left_ms, 1);
  if (is_mariadb_) {
    const std::string seconds =
        std::to_string(left_ms / 1000) + "." + std::to_string(1000 + left_ms % 1000).substr(1);
    return connection_->execute("SET SESSION max_statement_time=" + seconds);
  }
  // MySQL has it since 5.7; older servers are left to the read timeout.
  if (version_ < Version{5, 7}) return connection_->execute("SET @sonde=1");
  return connection_->execute("SET SESSION max_execution_time=" + std::to_string(left_ms));
}

void TargetCollector::run(const Scraper& scraper, MetricSink& sink) {
  const int64_t begin = clock_.monotonic_ns();
  const Status status = scraper.scrape(*connection_, sink);
  const std::string label = "collect." + std::string(scraper.name);
  sink.sample(kDuration, {label}, seconds_between(begin, clock_.monotonic_ns()));
  sink.sample(kSuccess, {label}, status ? 1 : 0);
  if (status) return;
  logger_.error("scraper failed",
                {{"scraper", std::string(scraper.name)}, {"err", status.error().message()}});
  // A lost connection would fail every scraper after this one, too.
  if (status.error().code() == ErrorCode::Unavailable) connection_.reset();
}

}  // namespace sonde::mysql
