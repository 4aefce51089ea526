#pragma once
// The scraper's command line: every flag of the reference in its spelling and with its default. Plain data;
// CLI11 stays behind exporter::Flags.

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "common/core/log.h"
#include "common/exporter/flags.h"

namespace sonde::scraper {

struct Options {
  std::string config_file = "prometheus.yml";
  bool strict_support = false;  // ours: a section that has no effect is an error instead of a warning

  std::vector<std::string> listen_addresses{"0.0.0.0:9090"};
  std::string web_config_file;
  std::string external_url;
  std::string route_prefix;
  std::string page_title = "Prometheus Time Series Collection and Processing Server";
  std::string cors_origin = ".*";
  std::chrono::milliseconds read_timeout = std::chrono::minutes(5);
  int64_t connections_max = 512;
  bool enable_lifecycle = false;
  bool enable_admin_api = false;

  std::string tsdb_path = "data/";
  std::chrono::milliseconds retention_time{0};        // 0: not given
  uint64_t retention_size_bytes = 0;                  // 0: no limit
  std::chrono::milliseconds wal_sync_interval{1000};  // ours; 0: every write
  std::chrono::milliseconds block_duration_min = std::chrono::hours(2);
  bool scrape_memo = true;  // ours: false parses every body in full, to measure what remembering saves

  std::chrono::milliseconds query_timeout = std::chrono::minutes(2);
  std::chrono::milliseconds query_lookback = std::chrono::minutes(5);
  int64_t query_concurrency_max = 20;
  int64_t query_samples_max = 50'000'000;

  bool agent = false;
  std::vector<std::string> features;  // --enable-feature, split at commas
  std::string log_level = "info";
  std::string log_format = "logfmt";

  // What the process runs with, for /api/v1/status/flags.
  std::vector<std::pair<std::string, std::string>> flags_in_effect;
  // Flags that were given and mean nothing here.
  std::vector<std::string> flags_ignored;

  bool has_feature(std::string_view name) const;
};

// The outcome of the command line: run, or leave with a code after printing a text
// (exporter::Flags::Outcome). A value that no flag could check alone (an unknown log level) is an error with
// code 2, as in the reference.
exporter::Flags::Outcome parse_options(int argc, const char* const* argv, Options& options);

}  // namespace sonde::scraper
