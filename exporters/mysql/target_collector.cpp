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
constexpr int64_t kAnswerNsMax = kNsPerSecond / 2;

double seconds_between(int64_t from_ns, int64_t to_ns) {
  return static_cast<double>(to_ns - from_ns) / static_cast<double>(kNsPerSecond);
}

std::string label_of(const Scraper& scraper) {
  return "collect." + std::string(scraper.name);
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
  // The last answer must still be read and joined to a page, or nobody gets any: 40,000 rows take 0.3 s.
  const int64_t left_ns = task.deadline_monotonic_ns - begin;
  const int64_t deadline = task.deadline_monotonic_ns - std::min(kAnswerNsMax, left_ns / 10);
  if (auto connected = connect(deadline); !connected) {
    connection_.reset();
    sink.sample(kUp, 0);
    logger_.error("cannot connect to the server", {{"err", connected.error().message()}});
    return Ok{};  // A server that is down is an answer.
  }
  sink.sample(kUp, 1);
  sink.sample(kDuration, {"connection"}, seconds_between(begin, clock_.monotonic_ns()));
  run_scrapers(task, deadline, sink);
  return Ok{};
}

// A kept connection is asked whether it still lives by the statement that limits the session.
Status TargetCollector::connect(int64_t deadline_monotonic_ns) {
  const int64_t left_ns = std::max<int64_t>(deadline_monotonic_ns - clock_.monotonic_ns(), kNsPerSecond);
  const std::chrono::seconds left(left_ns / kNsPerSecond);
  // The server ends a statement before the reading of its answer does, which would cost the connection.
  const std::chrono::seconds read_timeout = left + std::chrono::seconds(2);
  if (connection_ && read_timeout <= read_timeout_) {
    connection_->set_deadline(deadline_monotonic_ns);
    if (connection_->limit()) return Ok{};
  }
  auto opened = Connection::open(endpoint_, {.connect = left, .read = read_timeout});
  if (!opened) return opened.error();
  read_timeout_ = read_timeout;
  if (auto known = read_server(**opened); !known) return known;
  connection_ = std::make_unique<LimitedConnection>(std::move(*opened), server_, clock_);
  connection_->set_deadline(deadline_monotonic_ns);
  return prepare_session();
}

Status TargetCollector::read_server(Connection& connection) {
  auto answer = connection.query("SELECT @@version");
  if (!answer) return answer.error();
  if (answer->rows.empty() || answer->rows[0].empty() || !answer->rows[0][0]) {
    return Error(ErrorCode::Corrupt, "the server does not say its version");
  }
  const std::string& text = *answer->rows[0][0];
  server_.version = parse_version(text);
  server_.is_mariadb = to_lower_ascii(text).find("mariadb") != std::string::npos;
  return Ok{};
}

Status TargetCollector::prepare_session() {
  // One more than is taken, so that it shows that there are more.
  const std::string rows = std::to_string(kRowsMax + 1);
  if (auto set = connection_->execute("SET SESSION sql_select_limit=" + rows); !set) return set;
  if (options_.enable_lock_wait_timeout) {
    const std::string seconds = std::to_string(options_.lock_wait_timeout_seconds);
    if (auto set = connection_->execute("SET SESSION lock_wait_timeout=" + seconds); !set) return set;
  }
  if (options_.log_slow_filter) {
    return connection_->execute("SET SESSION log_slow_filter='tmp_table_on_disk,filesort_on_disk'");
  }
  return Ok{};
}

// Those that everybody has on come first, and what ran out of time last time comes last.
// Differs: in the reference a slow one may cost the same others their time in each scrape.
std::vector<const Scraper*> TargetCollector::plan(const Task& task) const {
  std::vector<const Scraper*> out;
  for (const Scraper& scraper : scrapers()) {
    const bool is_wanted = std::ranges::find(task.scrapers, scraper.name) != task.scrapers.end();
    if (is_wanted && server_.version >= scraper.min_version) out.push_back(&scraper);
  }
  std::ranges::stable_sort(out, {}, [&](const Scraper* scraper) {
    return std::pair(slow_.contains(scraper), !scraper->enabled_by_default);
  });
  return out;
}

void TargetCollector::run_scrapers(const Task& task, int64_t deadline_monotonic_ns, MetricSink& sink) {
  std::string left_out;
  for (const Scraper* scraper : plan(task)) {
    const int64_t now = clock_.monotonic_ns();
    if (now >= deadline_monotonic_ns) {
      sink.sample(kSuccess, {label_of(*scraper)}, 0);
      left_out += (left_out.empty() ? "" : ",") + std::string(scraper->name);
      continue;
    }
    const int64_t timeout_ns = options_.query_timeout_seconds * kNsPerSecond;
    connection_->set_deadline(timeout_ns > 0 ? std::min(deadline_monotonic_ns, now + timeout_ns)
                                             : deadline_monotonic_ns);
    run(*scraper, sink);
    if (!connection_) break;
  }
  if (!left_out.empty()) logger_.error("no time is left for scrapers", {{"left_out", left_out}});
}

void TargetCollector::run(const Scraper& scraper, MetricSink& sink) {
  const int64_t begin = clock_.monotonic_ns();
  Status status = scraper.scrape({*connection_, server_, options_.scraper}, sink);
  if (status && connection_->was_cut()) {
    status = Error(ErrorCode::LimitExceeded,
                   "the server has more than " + std::to_string(kRowsMax) + " rows; the others are left out");
  }
  const bool is_slow = !status && status.error().code() == ErrorCode::DeadlineExceeded;
  if (is_slow) {
    slow_.insert(&scraper);
  } else {
    slow_.erase(&scraper);
  }
  const std::string label = label_of(scraper);
  sink.sample(kDuration, {label}, seconds_between(begin, clock_.monotonic_ns()));
  sink.sample(kSuccess, {label}, status ? 1 : 0);
  if (status) return;
  logger_.error("scraper failed",
                {{"scraper", std::string(scraper.name)}, {"err", status.error().message()}});
  // A lost connection would fail every scraper after this one, too.
  if (status.error().code() == ErrorCode::Unavailable) connection_.reset();
}

}  // namespace sonde::mysql
