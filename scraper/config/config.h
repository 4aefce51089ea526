#pragma once
// prometheus.yml as typed structs: plain data with the reference's defaults, every inheritance from `global`
// already done, every combination already checked. Made by load.h, shown by writer.h; nothing below reads
// YAML again.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/http_client/client_config.h"
#include "common/metrics/labels.h"
#include "scraper/config/discovery_config.h"
#include "scraper/config/relabel.h"
#include "scraper/config/remote_config.h"

namespace sonde::config {

enum class ScrapeProtocol : uint8_t {
  PrometheusProto,
  OpenMetricsText1_0_0,
  OpenMetricsText0_0_1,
  PrometheusText1_0_0,
  PrometheusText0_0_4,
};
std::string_view name_of(ScrapeProtocol protocol);  // "OpenMetricsText1.0.0"

// How a server that knows only the classic alphabet is asked to spell other names.
enum class NameEscaping : uint8_t { AllowUtf8, Underscores, Dots, Values };
std::string_view name_of(NameEscaping escaping);      // "allow-utf-8"
std::string_view name_of(NameValidation validation);  // "utf8"

// Limits of one scrape; 0 is none. Passing one fails the whole scrape.
struct ScrapeLimits {
  uint64_t body_size_bytes = 0;  // decoded; a body of exactly this size fails too
  uint64_t samples = 0;          // after metric relabeling
  uint64_t targets = 0;          // after relabeling, per job
  uint64_t labels = 0;           // per sample, after metric relabeling
  uint64_t label_name_bytes = 0;
  uint64_t label_value_bytes = 0;
  friend bool operator==(const ScrapeLimits&, const ScrapeLimits&) = default;
};

// What `global` sets and a job may set for itself.
struct ScrapeDefaults {
  std::chrono::milliseconds interval = std::chrono::minutes(1);
  std::chrono::milliseconds timeout = std::chrono::seconds(10);
  ScrapeLimits limits;
  uint64_t dropped_targets_kept = 0;  // keep_dropped_targets; 0: all
  NameValidation name_validation = NameValidation::Utf8;
  NameEscaping name_escaping = NameEscaping::AllowUtf8;
  std::vector<ScrapeProtocol> protocols;  // most wanted first; in `global` empty where the key is absent
  bool native_histograms = false;
  bool convert_classic_histograms = false;
  bool always_classic_histograms = false;
  bool extra_metrics = false;
  std::string failure_log_file;
  friend bool operator==(const ScrapeDefaults&, const ScrapeDefaults&) = default;
};

struct GlobalConfig {
  ScrapeDefaults scrape;
  std::chrono::milliseconds evaluation_interval = std::chrono::minutes(1);
  std::chrono::milliseconds rule_query_offset{0};
  std::string query_log_file;
  Labels external_labels;  // $VARIABLES replaced
};

struct ScrapeConfig {
  std::string job_name;
  ScrapeDefaults scrape;  // complete: `protocols` is never empty
  std::optional<ScrapeProtocol> fallback_protocol;
  std::string metrics_path = "/metrics";
  std::string scheme = "http";
  std::map<std::string, std::vector<std::string>> params;
  bool honor_labels = false;
  bool honor_timestamps = true;
  bool track_timestamps_staleness = false;
  bool enable_compression = true;
  uint64_t native_histogram_bucket_limit = 0;
  double native_histogram_min_bucket_factor = 0;
  http::ClientConfig client;
  DiscoveryConfig discovery;
  std::vector<RelabelRule> relabel_rules;         // of targets
  std::vector<RelabelRule> metric_relabel_rules;  // of samples
  std::string imported_from;  // the file of scrape_config_files that holds it; "" for the main file
};

struct AlertmanagerConfig {
  std::string scheme = "http";
  std::string path_prefix;
  std::chrono::milliseconds timeout = std::chrono::seconds(10);
  std::string api_version = "v2";
  http::ClientConfig client;
  CloudAuth cloud_auth;
  DiscoveryConfig discovery;
  std::vector<RelabelRule> relabel_rules;
  std::vector<RelabelRule> alert_relabel_rules;
};

struct StorageConfig {
  std::chrono::milliseconds out_of_order_window{0};
  double stale_series_compaction_threshold = 0;
  std::string float_encoding;                   // "", "xor" or "xor2"
  std::chrono::milliseconds retention_time{0};  // 0: not given
  uint64_t retention_size_bytes = 0;            // 0: not given
  double retention_percentage = 0;              // 0: not given
  // Ours: `storage.retention.rules`. Of a series' rules the first counts.
  struct RetentionRule {
    std::map<std::string, std::string> match;  // anchored expressions by label name
    std::vector<Matcher> matchers;             // the same
    std::chrono::milliseconds time{0};         // 0: for ever
  };
  std::vector<RetentionRule> retention_rules;
  int64_t exemplars_max = 100'000;
  bool has_tsdb = false;  // Which parts were written; shown again as they were.
  bool has_retention = false;
  bool has_exemplars = false;
};

struct OtlpConfig {
  bool promote_all_resource_attributes = false;
  std::vector<std::string> promote_resource_attributes;
  std::vector<std::string> ignore_resource_attributes;
  std::string translation_strategy = "UnderscoreEscapingWithSuffixes";
  bool keep_identifying_resource_attributes = false;
  bool convert_histograms_to_nhcb = false;
  bool promote_scope_metadata = false;
  bool label_name_underscore_sanitization = true;
  bool label_name_preserve_multiple_underscores = true;
};

struct TracingConfig {
  std::string client_type = "grpc";
  std::string endpoint;
  double sampling_fraction = 0;
  bool insecure = false;
  http::TlsConfig tls;
  std::map<std::string, std::string> headers;
  std::string compression;
  std::chrono::milliseconds timeout{0};
};

struct Config {
  GlobalConfig global;
  int64_t gogc = 75;                             // Accepted and shown; there is no collector to tune here.
  std::vector<std::string> rule_files;           // glob patterns
  std::vector<std::string> scrape_config_files;  // glob patterns
  std::vector<ScrapeConfig> scrape_configs;      // those of imported files last
  std::vector<RelabelRule> alert_relabel_rules;
  std::vector<AlertmanagerConfig> alertmanagers;
  std::vector<RemoteWriteConfig> remote_write;
  std::vector<RemoteReadConfig> remote_read;
  StorageConfig storage;
  OtlpConfig otlp;
  std::optional<TracingConfig> tracing;

  // What is valid but does nothing here yet, one phrase each: `scrape job "x": consul_sd_configs`.
  std::vector<std::string> unsupported;
  // Other things worth a line in the log: environment variables that are not set.
  std::vector<std::string> warnings;
};

}  // namespace sonde::config
