#include "exporters/redis/redis_collector.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "common/core/number_text.h"
#include "exporters/redis/address.h"
#include "exporters/redis/info.h"
#include "exporters/redis/info_metrics.h"

namespace sonde::redis {
namespace {

constexpr std::string_view kClientName = "redis_exporter";
constexpr int64_t kDatabasesDefault = 16;
// Walks over keys end with this part of the scrape's time left, and no less than the margin: to write the
// page, and for a batch that was begun in time.
constexpr int64_t kTimeLeftPart = 5;
constexpr int64_t kTimeLeftMinNs = 100'000'000;

// Calls end so long before the scrape's deadline, or a tenth of its time where that is less: what there is by
// then has to be written and handed over.
constexpr int64_t kPageNs = 50'000'000;

constexpr Desc kUp{"redis_up", "Information about the Redis instance"};
constexpr Desc kLastError{
    "redis_exporter_last_scrape_error", "The last scrape error status.", MetricType::Gauge, {"err"}};
constexpr Desc kLastDuration{"redis_exporter_last_scrape_duration_seconds",
                             "exporter_last_scrape_duration_seconds metric"};
constexpr Desc kLastConnect{"redis_exporter_last_scrape_connect_time_seconds",
                            "exporter_last_scrape_connect_time_seconds metric"};
constexpr Desc kLastPing{"redis_exporter_last_scrape_ping_time_seconds",
                         "exporter_last_scrape_ping_time_seconds metric"};
constexpr Desc kScrapes{"redis_exporter_scrapes_total", "Current total redis scrapes.", MetricType::Counter};
constexpr Desc kScrapeDuration{"redis_exporter_scrape_duration_seconds",
                               "Durations of scrapes by the exporter", MetricType::Summary};
constexpr Desc kStartTime{"redis_start_time_seconds",
                          "Start time of the Redis instance since unix epoch in seconds."};

double seconds_since(const Clock& clock, int64_t begin_ns) {
  return static_cast<double>(clock.monotonic_ns() - begin_ns) / 1e9;
}

int64_t scan_until(int64_t now_ns, int64_t deadline_ns) {
  return deadline_ns - std::max((deadline_ns - now_ns) / kTimeLeftPart, kTimeLeftMinNs);
}

int64_t calls_until(int64_t now_ns, int64_t deadline_ns) {
  return deadline_ns - std::clamp<int64_t>((deadline_ns - now_ns) / 10, 0, kPageNs);
}

int64_t count_databases(const Reply& config) {
  const auto count = number_of(value_of(config, "databases"));
  return count && *count >= 1 && *count <= static_cast<double>(kDatabaseMax) ? static_cast<int64_t>(*count)
                                                                             : kDatabasesDefault;
}

}  // namespace

RedisCollector::RedisCollector(Address address, const Options& options, const GroupSettings& settings,
                               const Clock& clock, Logger& logger)
    : address_(std::move(address)),
      options_(options),
      settings_(settings),
      clock_(clock),
      logger_(logger),
      servers_(address_, options.tls, clock) {}

void RedisCollector::set_wish(Wish wish) {
  const MutexLock lock(mutex_);
  wish_ = std::move(wish);
}

Status RedisCollector::collect(exporter::MetricSink& sink) {
  Wish wish;
  {
    const MutexLock lock(mutex_);
    wish = std::move(wish_);
  }
  Families out(sink, options_.name_space);
  if (options_.append_instance_role_label) out.set_instance_role("");
  const int64_t begin_ns = clock_.monotonic_ns();
  std::string left_out;
  const Status status = scrape(out, wish, left_out);
  report(out, status, left_out, begin_ns);
  return Ok{};  // A server that is down is an answer.
}

void RedisCollector::report(Families& out, const Status& status, const std::string& left_out,
                            int64_t begin_ns) {
  const std::string error = status ? left_out : status.error().message();
  if (!status) {
    client_.reset();
    logger_.error("scrape failed", {{"addr", write_address(address_)}, {"err", error}});
  }
  out.sample(kUp, status ? 1 : 0);
  out.sample(kLastError, {error}, error.empty() ? 0 : 1);
  out.sample_without_role(kLastConnect, connect_seconds_);
  const double seconds = seconds_since(clock_, begin_ns);
  out.sample(kLastDuration, seconds);
  scrape_count_ += 1;
  scrape_seconds_ += seconds;
  out.sample_without_role(kScrapes, scrape_count_);
  out.summary_without_role(kScrapeDuration, scrape_seconds_, scrape_count_);
}

Status RedisCollector::scrape(Families& out, const Wish& wish, std::string& left_out) {
  const Patience patience{
      .deadline_monotonic_ns = calls_until(clock_.monotonic_ns(), wish.deadline_monotonic_ns),
      .call = std::max(options_.connection_timeout, std::chrono::milliseconds(0)),
  };
  if (auto connected = connect(out, patience); !connected) return connected;
  const auto answers = ask();
  if (!answers) return answers.error();
  Info info(answers->info.text);
  const auto cluster = cluster_info(info);
  if (!cluster) return cluster.error();
  if (options_.append_instance_role_label) out.set_instance_role(std::string(info.get("role")));
  const int64_t databases = cluster->empty() ? count_databases(answers->config) : 1;
  const std::string all = answers->info.text + "\n# Cluster\n" + *cluster;
  emit_info(Info(all),
            {.empty_databases = options_.include_empty_databases,
             .database_count = databases,
             .system_metrics = options_.include_system_metrics},
            out);
  const auto uptime = parse_number(info.get("uptime_in_seconds"));
  if (uptime) out.sample(kStartTime, static_cast<double>(clock_.wall_ms() / 1000) - *uptime);
  servers_.begin(*client_, options_.is_cluster, patience);
  Scrape scrape{.options = options_,
                .settings = settings_,
                .checks = wish.checks,
                .client = *client_,
                .servers = servers_,
                .info = info,
                .config = answers->config,
                .database_count = databases,
                .scan_until_monotonic_ns = scan_until(clock_.monotonic_ns(), wish.deadline_monotonic_ns),
                .out = out,
                .clock = clock_,
                .logger = logger_};
  const Status status = run_groups(scrape);
  left_out = std::move(scrape.left_out);
  return status;
}

Status RedisCollector::run_groups(Scrape& scrape) {
  for (const Group& group : groups()) {
    if (!group.is_wanted(scrape)) continue;
    const Status collected = group.collect(scrape);
    if (collected) continue;
    if (collected.error().code() != ErrorCode::LimitExceeded) return collected.error().in(group.name);
    // The server is up and says more than we take; the rest of its answer is still on the way.
    scrape.leave_out(group.name, collected.error().message());
    client_->give_up();
    return Ok{};
  }
  return Ok{};
}

Status RedisCollector::connect(Families& out, Patience patience) {
  const int64_t begin_ns = clock_.monotonic_ns();
  if (client_) client_->set_patience(patience);
  // A kept connection that the server has closed is found by the first command, and opened again.
  const bool alive = client_ && client_->command({"PING"}) && client_->select(address_.database);
  if (!alive) {
    auto opened = Client::connect(address_, options_.tls, patience, clock_);
    connect_seconds_ = seconds_since(clock_, begin_ns);
    if (!opened) return opened.error();
    client_ = std::move(*opened);
    if (options_.set_client_name) {
      const auto named = client_->command({"CLIENT", "SETNAME", kClientName});
      if (!named) return named.error();
    }
  }
  return options_.ping_on_connect ? ping(out) : Ok{};
}

Status RedisCollector::ping(Families& out) {
  const int64_t begin_ns = clock_.monotonic_ns();
  const auto pong = client_->command({"PING"});
  if (!pong) return pong.error();
  if (!pong->is_error()) out.sample_without_role(kLastPing, seconds_since(clock_, begin_ns));
  return Ok{};
}

// What everything else depends on, in one round trip. A server that hides CONFIG is scraped without it.
Result<RedisCollector::Answers> RedisCollector::ask() {
  std::vector<Command> commands{{"INFO", "ALL"}};
  if (options_.config_command != "-") commands.push_back({options_.config_command, "GET", "*"});
  auto replies = client_->pipeline(commands);
  if (!replies) return replies.error();
  Answers answers{.info = std::move(replies->front()), .config = {}};
  if (replies->size() > 1) answers.config = std::move(replies->back());
  if (answers.info.is_error()) {
    auto plain = client_->command({"INFO"});
    if (!plain) return plain.error();
    answers.info = std::move(*plain);
  }
  if (auto good = reply_error(answers.info); !good) return good.error();
  return answers;
}

// "" for a server that is no node of a cluster.
Result<std::string> RedisCollector::cluster_info(const Info& info) {
  if (info.get("cluster_enabled") != "1") return std::string();
  auto reply = client_->command({"CLUSTER", "INFO"});
  if (!reply) return reply.error();
  return reply->is_error() ? std::string("\n") : std::move(reply->text);
}

}  // namespace sonde::redis
