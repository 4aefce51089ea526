#include "scraper/options.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "common/core/text.h"
#include "common/exporter/connection_limit.h"

namespace sonde::scraper {
namespace {

constexpr int kBadFlagExitCode = 2;

struct IgnoredFlag {
  std::string_view name;
  bool takes_value;
  std::string_view help;
};

// Flags of the reference that have no meaning here, sorted: what they tune does not exist, or not yet.
constexpr std::array kIgnoredFlags{
    IgnoredFlag{"alertmanager.drain-notification-queue-on-shutdown", false, "Alerting is not built in."},
    IgnoredFlag{"alertmanager.notification-batch-size", true, "Alerting is not built in."},
    IgnoredFlag{"alertmanager.notification-queue-capacity", true, "Alerting is not built in."},
    IgnoredFlag{"auto-gomaxprocs", false, "There is no Go runtime."},
    IgnoredFlag{"auto-gomemlimit", false, "There is no Go runtime."},
    IgnoredFlag{"auto-gomemlimit.ratio", true, "There is no Go runtime."},
    IgnoredFlag{"auto-gomemlimit.refresh-interval", true, "There is no Go runtime."},
    IgnoredFlag{"config.auto-reload", false, "Reload by SIGHUP or POST /-/reload."},
    IgnoredFlag{"config.auto-reload-interval", true, "Reload by SIGHUP or POST /-/reload."},
    IgnoredFlag{"rules.alert.for-grace-period", true, "Rules are not built in."},
    IgnoredFlag{"rules.alert.for-outage-tolerance", true, "Rules are not built in."},
    IgnoredFlag{"rules.alert.resend-delay", true, "Rules are not built in."},
    IgnoredFlag{"rules.max-concurrent-evals", true, "Rules are not built in."},
    IgnoredFlag{"scrape.adjust-timestamps", false, "Timestamps are always aligned within the tolerance."},
    IgnoredFlag{"scrape.discovery-reload-interval", true, "Targets are updated as they are discovered."},
    IgnoredFlag{"scrape.timestamp-tolerance", true, "The tolerance is fixed."},
    IgnoredFlag{"storage.agent.checkpoint-batch-size", true, "There is no agent mode."},
    IgnoredFlag{"storage.agent.checkpoint-from-in-memory-series", false, "There is no agent mode."},
    IgnoredFlag{"storage.agent.no-lockfile", false, "There is no agent mode."},
    IgnoredFlag{"storage.agent.path", true, "There is no agent mode."},
    IgnoredFlag{"storage.agent.retention.max-time", true, "There is no agent mode."},
    IgnoredFlag{"storage.agent.retention.min-time", true, "There is no agent mode."},
    IgnoredFlag{"storage.agent.wal-compression", false, "There is no agent mode."},
    IgnoredFlag{"storage.agent.wal-truncate-frequency", true, "There is no agent mode."},
    IgnoredFlag{"storage.remote.flush-deadline", true, "Remote storage is not built in."},
    IgnoredFlag{"storage.remote.read-concurrent-limit", true, "Remote storage is not built in."},
    IgnoredFlag{"storage.remote.read-max-bytes-in-frame", true, "Remote storage is not built in."},
    IgnoredFlag{"storage.remote.read-sample-limit", true, "Remote storage is not built in."},
    IgnoredFlag{"storage.tsdb.allow-overlapping-blocks", false, "Blocks may always overlap."},
    IgnoredFlag{"storage.tsdb.allow-overlapping-compaction", false, "Blocks may always overlap."},
    IgnoredFlag{"storage.tsdb.block-reload-interval", true, "Blocks are known as they are made."},
    IgnoredFlag{"storage.tsdb.delay-compact-file.path", true, "Nothing waits for other processes."},
    IgnoredFlag{"storage.tsdb.delayed-compaction.max-percent", true, "Compaction is not delayed."},
    IgnoredFlag{"storage.tsdb.head-chunks-write-queue-size", true, "There is no such queue."},
    IgnoredFlag{"storage.tsdb.max-block-chunk-segment-size", true, "A block is one file."},
    IgnoredFlag{"storage.tsdb.max-block-duration", true, "Blocks have one range."},
    IgnoredFlag{"storage.tsdb.no-lockfile", false, "The folder is always locked."},
    IgnoredFlag{"storage.tsdb.samples-per-chunk", true, "The storage has its own layout."},
    IgnoredFlag{"storage.tsdb.wal-compression", false, "The log is compact by its layout."},
    IgnoredFlag{"storage.tsdb.wal-compression-type", true, "The log is compact by its layout."},
    IgnoredFlag{"storage.tsdb.wal-segment-size", true, "The storage has its own layout."},
    IgnoredFlag{"web.console.libraries", true, "There are no console templates."},
    IgnoredFlag{"web.console.templates", true, "There are no console templates."},
    IgnoredFlag{"web.enable-otlp-receiver", false, "The OTLP receiver is not built in."},
    IgnoredFlag{"web.enable-remote-write-receiver", false, "The remote-write receiver is not built in."},
    IgnoredFlag{"web.local-assets", true, "The web page is built in."},
    IgnoredFlag{"web.max-notifications-subscribers", true, "There are no notifications."},
    IgnoredFlag{"web.remote-write-receiver.accepted-protobuf-messages", true,
                "The remote-write receiver is not built in."},
    IgnoredFlag{"web.search.max-limit", true, "The search API is not built in."},
    IgnoredFlag{"web.user-assets", true, "There are no user assets."},
};
static_assert(std::ranges::is_sorted(kIgnoredFlags, {}, &IgnoredFlag::name));

void add_web_flags(exporter::Flags& flags, Options& o) {
  flags.list("web.listen-address", o.listen_addresses,
             "Address to listen on for page, API and telemetry. Repeatable.");
  flags.text("web.config.file", o.web_config_file, "File that enables TLS or authentication.",
             {.value_name = "FILE"});
  flags.duration("web.read-timeout", o.read_timeout,
                 "How long a request may take to arrive, and an idle connection stay.");
  exporter::add_connection_limit(flags, o.connections_max);
  flags.text("web.external-url", o.external_url, "The URL under which the scraper is reached from outside.",
             {.value_name = "URL"});
  flags.text("web.route-prefix", o.route_prefix,
             "Prefix of all paths; by default the path of --web.external-url.", {.value_name = "PATH"});
  flags.text("web.page-title", o.page_title, "Title of the page.");
  flags.text("web.cors.origin", o.cors_origin, "Regular expression of allowed origins, fully anchored.");
  flags.boolean("web.enable-lifecycle", o.enable_lifecycle, "Allow shutdown and reload by HTTP request.");
  flags.boolean("web.enable-admin-api", o.enable_admin_api, "Allow deletes and snapshots by HTTP request.");
}

void add_storage_flags(exporter::Flags& flags, Options& o) {
  flags.text("storage.tsdb.path", o.tsdb_path, "Folder of the database.", {.value_name = "FOLDER"});
  flags.duration("storage.tsdb.retention.time", o.retention_time,
                 "How long to keep samples; 15d when no retention is set.", {.value_name = "DURATION"});
  flags.size("storage.tsdb.retention.size", o.retention_size_bytes,
             "How many bytes of blocks to keep; 0: no limit.", {.value_name = "SIZE"});
  flags.duration("storage.tsdb.wal-sync-interval", o.wal_sync_interval,
                 "How often the log is forced to disk; 0: at every write.");
  flags.duration("storage.tsdb.min-block-duration", o.block_duration_min, "Time range of the smallest block.",
                 {.hidden = true});
  flags.boolean("scrape.memo", o.scrape_memo, "Compare a body with the last one instead of parsing it.",
                {.hidden = true});
}

void add_query_flags(exporter::Flags& flags, Options& o) {
  flags.duration("query.timeout", o.query_timeout, "How long a query may take.");
  flags.duration("query.lookback-delta", o.query_lookback, "How far back an instant looks for a sample.");
  flags.integer("query.max-concurrency", o.query_concurrency_max, "How many queries may run at once.");
  flags.integer("query.max-samples", o.query_samples_max, "How many samples a query may hold in memory.");
}

void add_flags(exporter::Flags& flags, Options& o) {
  flags.text("config.file", o.config_file, "Configuration file.", {.value_name = "FILE"});
  flags.boolean(
      "strict-support", o.strict_support,
      "Refuse a configuration with sections that this version does not act on, instead of warning.");
  add_web_flags(flags, o);
  add_storage_flags(flags, o);
  add_query_flags(flags, o);
  flags.boolean("agent", o.agent, "Agent mode; not supported.", {.hidden = true});
  flags.list("enable-feature", o.features, "Features to enable, separated by commas. Repeatable.");
  flags.text("log.level", o.log_level, "Lowest level to log: debug, info, warn or error.");
  flags.text("log.format", o.log_format, "Format of the log: logfmt or json.");
  for (const IgnoredFlag& flag : kIgnoredFlags) flags.ignored(flag.name, flag.takes_value, flag.help);
}

std::vector<std::string> split_all(const std::vector<std::string>& lists) {
  std::vector<std::string> out;
  for (const std::string& list : lists) {
    for (const std::string_view item : split(list, ',')) {
      if (!trim(item).empty()) out.emplace_back(trim(item));
    }
  }
  return out;
}

// Relations and words that the flags' types do not know; "" when all is well.
std::string find_fault(const Options& o) {
  if (const auto level = parse_log_level(o.log_level); !level)
    return "--log.level: " + level.error().message();
  if (const auto format = parse_log_format(o.log_format); !format)
    return "--log.format: " + format.error().message();
  // Differs: there is no agent mode; taking the flag and storing locally would surprise.
  if (o.agent || o.has_feature("agent")) return "agent mode is not supported, leave --agent out";
  if (o.query_concurrency_max < 1) return "--query.max-concurrency must be at least 1";
  if (o.query_samples_max < 1) return "--query.max-samples must be at least 1";
  if (o.query_lookback.count() <= 0) return "--query.lookback-delta must be more than 0";
  if (const auto limit = exporter::check_connection_limit(o.connections_max); !limit)
    return limit.error().message();
  if (o.block_duration_min.count() <= 0) return "--storage.tsdb.min-block-duration must be more than 0";
  return {};
}

}  // namespace

bool Options::has_feature(std::string_view name) const {
  return std::ranges::find(features, name) != features.end();
}

exporter::Flags::Outcome parse_options(int argc, const char* const* argv, Options& options) {
  exporter::Flags flags("sonde-scraper", "Scrapes targets, stores their samples and answers PromQL queries.");
  add_flags(flags, options);
  exporter::Flags::Outcome outcome = flags.parse(argc, argv, kBadFlagExitCode);
  if (!outcome.run) return outcome;
  options.features = split_all(options.features);
  if (const std::string fault = find_fault(options); !fault.empty()) {
    return {.run = false, .exit_code = kBadFlagExitCode, .text = "sonde-scraper: error: " + fault + "\n"};
  }
  options.flags_in_effect = flags.values();
  options.flags_ignored = flags.ignored_given();
  return outcome;
}

}  // namespace sonde::scraper
