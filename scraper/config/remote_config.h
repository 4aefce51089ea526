#pragma once
// The remote_write and remote_read sections. Plain data with the reference's defaults.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/http_client/client_config.h"
#include "common/yaml/node.h"
#include "scraper/config/relabel.h"

namespace sonde::config {

// Authentication of cloud vendors (sigv4, azuread, google_iam): checked and kept for display, at most one of
// them.
struct CloudAuth {
  std::string key;  // "sigv4"; "" for none
  yaml::Node node;  // secrets hidden
};

struct QueueConfig {
  int64_t capacity = 10'000;
  int64_t shards_max = 50;
  int64_t shards_min = 1;
  int64_t samples_per_send_max = 2'000;
  std::chrono::milliseconds batch_send_deadline = std::chrono::seconds(5);
  std::chrono::milliseconds backoff_min{30};
  std::chrono::milliseconds backoff_max = std::chrono::seconds(5);
  bool retry_on_http_429 = false;
  std::chrono::milliseconds sample_age_limit{0};
};

struct MetadataConfig {
  bool send = true;
  std::chrono::milliseconds send_interval = std::chrono::minutes(1);
  int64_t samples_per_send_max = 2'000;
};

struct RemoteWriteConfig {
  std::string url;
  std::chrono::milliseconds remote_timeout = std::chrono::seconds(30);
  std::map<std::string, std::string> headers;
  std::vector<RelabelRule> write_relabel_rules;
  std::string name;
  bool send_exemplars = false;
  bool send_native_histograms = false;
  bool round_robin_dns = false;
  bool failed_request_logging = false;
  std::string protobuf_message = "prometheus.WriteRequest";
  http::ClientConfig client;
  QueueConfig queue;
  MetadataConfig metadata;
  CloudAuth cloud_auth;
};

struct RemoteReadConfig {
  std::string url;
  std::chrono::milliseconds remote_timeout = std::chrono::minutes(1);
  uint64_t chunked_read_limit_bytes = 50'000'000;
  std::map<std::string, std::string> headers;
  bool read_recent = false;
  std::string name;
  http::ClientConfig client;
  std::map<std::string, std::string> required_matchers;
  bool filter_external_labels = true;
};

}  // namespace sonde::config
