#include "exporters/mysql/options.h"

#include "exporters/mysql/scraper.h"

namespace sonde::mysql {

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
  for (const Scraper& scraper : scrapers()) {
    Options::Switch& target = options.scrapers.emplace_back(Options::Switch{scraper.enabled_by_default});
    flags.boolean("collect." + std::string(scraper.name), target.enabled, scraper.help);
  }
}

Status check(const Options& options) {
  constexpr double kOffsetSecondsMax = 3600;
  constexpr int64_t kQueryTimeoutSecondsMax = 24 * 3600;
  constexpr int64_t kLockWaitSecondsMax = 31'536'000;  // the servers' own limit: a year
  const auto bad = [](std::string_view flag, const std::string& range) {
    return Error(ErrorCode::InvalidArgument, "--" + std::string(flag) + ": want " + range + " seconds");
  };
  // Negated, so that NaN is refused.
  if (!(options.timeout_offset_seconds >= 0 && options.timeout_offset_seconds <= kOffsetSecondsMax)) {
    return bad("timeout-offset", "0 to 3600");
  }
  if (options.query_timeout_seconds < 0 || options.query_timeout_seconds > kQueryTimeoutSecondsMax) {
    return bad("exporter.query_timeout", "0 to 86400");
  }
  if (options.lock_wait_timeout_seconds < 0 || options.lock_wait_timeout_seconds > kLockWaitSecondsMax) {
    return bad("exporter.lock_wait_timeout", "0 to 31536000");
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
