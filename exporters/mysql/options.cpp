#include "exporters/mysql/options.h"

#include "exporters/mysql/scraper.h"

namespace sonde::mysql {
namespace {

void add_scraper_flags(exporter::Flags& flags, ScraperOptions& options) {
  flags.text("collect.heartbeat.database", options.heartbeat.database,
             "Database from where to collect heartbeat data.");
  flags.text("collect.heartbeat.table", options.heartbeat.table,
             "Table from where to collect heartbeat data.");
  flags.boolean("collect.heartbeat.utc", options.heartbeat.utc,
                "Use UTC for timestamps of the current server (pt-heartbeat is called with --utc).");
  flags.integer("collect.info_schema.processlist.min_time", options.processlist.min_time_seconds,
                "Minimum time a thread must be in each state to be counted, in seconds.");
  flags.boolean("collect.info_schema.processlist.processes_by_user", options.processlist.by_user,
                "Enable collecting the number of processes by user.");
  flags.boolean("collect.info_schema.processlist.processes_by_host", options.processlist.by_host,
                "Enable collecting the number of processes by host.");
  flags.text("collect.info_schema.tables.databases", options.tables.databases,
             "The list of databases to collect table stats for, separated by commas, or '*' for all.");
  flags.boolean("collect.mysql.user.privileges", options.user.privileges,
                "Enable collecting user privileges from mysql.user.");
  flags.integer("collect.perf_schema.eventsstatements.limit", options.statements.count_max,
                "Limit the number of events statements digests by response time.");
  flags.integer("collect.perf_schema.eventsstatements.timelimit", options.statements.age_seconds_max,
                "Limit how old the 'last_seen' events statements can be, in seconds.");
  flags.integer("collect.perf_schema.eventsstatements.digest_text_limit", options.statements.digest_text_max,
                "Maximum length of the normalized statement text.");
  flags.list("collect.perf_schema.eventsstatements.exclude_schemas", options.statements.exclude_schemas,
             "Additional schema name to exclude (always excludes mysql, performance_schema, "
             "information_schema). Repeatable.",
             {.value_name = "SCHEMA"});
  flags.text("collect.perf_schema.file_instances.filter", options.file_instances.filter,
             "RegEx file_name filter for performance_schema.file_summary_by_instance.");
  flags.text("collect.perf_schema.file_instances.remove_prefix", options.file_instances.remove_prefix,
             "Remove path prefix in performance_schema.file_summary_by_instance.");
  flags.text("collect.perf_schema.memory_events.remove_prefix", options.memory_events.remove_prefix,
             "Remove instrument prefix in performance_schema.memory_summary_global_by_event_name.");
}

struct Range {
  std::string_view flag;
  int64_t value;
  int64_t max;  // from 0
  std::string_view unit;
};

}  // namespace

void add_flags(exporter::Flags& flags, Options& options) {
  flags.text("config.my-cnf", options.my_cnf, "Path to .my.cnf file to read MySQL credentials from.");
  flags.text("mysqld.address", options.address,
             "Address to use for connecting to MySQL: host:port or unix:///path/to/socket.");
  flags.text("mysqld.username", options.username,
             "User name to use for connecting to MySQL; the password comes from MYSQLD_EXPORTER_PASSWORD.");
  flags.boolean("tls.insecure-skip-verify", options.tls_insecure_skip_verify,
                "Ignore certificate and server verification when using a tls connection.");
  flags.number("timeout-offset", options.timeout_offset_seconds,
               "Offset to subtract from timeout in seconds.");
  flags.integer("exporter.lock_wait_timeout", options.lock_wait_timeout_seconds,
                "Set a lock_wait_timeout (in seconds) on the connection to avoid long metadata locking.");
  flags.boolean("exporter.enable_lock_wait_timeout", options.enable_lock_wait_timeout,
                "Enable the lock_wait_timeout MySQL connection parameter.");
  flags.boolean(
      "exporter.log_slow_filter", options.log_slow_filter,
      "Add a log_slow_filter to avoid slow query logging of scrapes. NOTE: Not supported by Oracle MySQL.");
  flags.integer("exporter.query_timeout", options.query_timeout_seconds,
                "Timeout for the statements of one scraper in seconds; 0 means the scrape's own timeout.");
  flags.integer("exporter.max_open_connections", options.open_connections_max,
                "Accepted for compatibility: one kept connection per target is used.", {.hidden = true});
  add_scraper_flags(flags, options.scraper);
  for (const Scraper& scraper : scrapers()) {
    Options::Switch& target = options.scrapers.emplace_back(Options::Switch{scraper.enabled_by_default});
    flags.boolean("collect." + std::string(scraper.name), target.enabled, scraper.help);
  }
}

Status check(const Options& options) {
  constexpr double kOffsetSecondsMax = 3600;
  constexpr int64_t kQueryTimeoutSecondsMax = 24 * 3600;
  constexpr int64_t kLockWaitSecondsMax = 31'536'000;  // the servers' own limit: a year
  constexpr int64_t kAgeSecondsMax = 1'000'000'000;    // no server is as old
  constexpr int64_t kDigestTextMax = 1'048'576;        // the servers' own limit
  // Negated, so that NaN is refused.
  if (!(options.timeout_offset_seconds >= 0 && options.timeout_offset_seconds <= kOffsetSecondsMax)) {
    return Error(ErrorCode::InvalidArgument, "--timeout-offset: want 0 to 3600 seconds");
  }
  const ScraperOptions& scraper = options.scraper;
  for (const Range& range :
       {Range{"exporter.query_timeout", options.query_timeout_seconds, kQueryTimeoutSecondsMax, " seconds"},
        Range{"exporter.lock_wait_timeout", options.lock_wait_timeout_seconds, kLockWaitSecondsMax,
              " seconds"},
        Range{"collect.info_schema.processlist.min_time", scraper.processlist.min_time_seconds,
              kAgeSecondsMax, " seconds"},
        Range{"collect.perf_schema.eventsstatements.limit", scraper.statements.count_max,
              static_cast<int64_t>(kRowsMax), ""},
        Range{"collect.perf_schema.eventsstatements.timelimit", scraper.statements.age_seconds_max,
              kAgeSecondsMax, " seconds"},
        Range{"collect.perf_schema.eventsstatements.digest_text_limit", scraper.statements.digest_text_max,
              kDigestTextMax, " characters"}}) {
    if (range.value >= 0 && range.value <= range.max) continue;
    return Error(ErrorCode::InvalidArgument, "--" + std::string(range.flag) + ": want 0 to " +
                                                 std::to_string(range.max) + std::string(range.unit));
  }
  return Ok{};
}

std::vector<std::string_view> enabled_scrapers(const Options& options) {
  std::vector<std::string_view> names;
  for (size_t i = 0; i < options.scrapers.size(); ++i) {
    if (options.scrapers[i].enabled) names.push_back(scrapers()[i].name);
  }
  return names;
}

}  // namespace sonde::mysql
