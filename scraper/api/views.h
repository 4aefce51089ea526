#pragma once
// What the API shows of the rest of the scraper, as plain data behind two interfaces that scraper/server.cpp
// implements. Called on the loop's thread only, but external_labels(), which any thread may call.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "common/core/result.h"
#include "common/metrics/family.h"
#include "common/metrics/labels.h"

namespace sonde::api {

struct TargetView {
  std::string pool;
  Labels discovered_labels;
  Labels labels;
  std::string scrape_url;
  std::string global_url;  // scrape_url as it looks from outside this host
  std::string last_error;
  int64_t last_scrape_ms = 0;  // 0: not yet
  double last_scrape_seconds = 0;
  std::string health;           // "up", "down" or "unknown"
  std::string scrape_interval;  // "15s"
  std::string scrape_timeout;
};

struct DroppedTargetView {
  std::string pool;
  Labels discovered_labels;
};

struct MetadataView {
  std::string metric;
  MetricType type = MetricType::Untyped;
  std::string help;
  std::string unit;
};

class TargetsView {
 public:
  virtual ~TargetsView() = default;
  virtual std::vector<std::string> pools() const = 0;  // sorted
  // Sorted by pool; "" for all pools.
  virtual std::vector<TargetView> active(std::string_view pool) const = 0;
  virtual std::vector<DroppedTargetView> dropped(std::string_view pool) const = 0;
  // Per pool, those included that are not kept in `dropped`.
  virtual std::vector<std::pair<std::string, uint64_t>> dropped_counts() const = 0;
  // What the target with these labels of `active` said about its metrics; "" for every metric.
  struct TargetMetadata {
    Labels target;
    std::vector<MetadataView> metrics;
  };
  virtual std::vector<TargetMetadata> metadata(std::string_view metric) const = 0;
};

struct RuntimeView {
  int64_t start_time_ms = 0;
  int64_t last_config_ms = 0;
  bool config_ok = false;
  uint64_t corruption_count = 0;
  std::string storage_retention;  // "15d", "15d or 10GiB"
};

// Log segments, by number.
struct ReplayView {
  int64_t first = 0;
  int64_t last = 0;
  int64_t current = 0;
};

class ServerView {
 public:
  virtual ~ServerView() = default;
  virtual RuntimeView runtime() const = 0;
  virtual ReplayView replay() const = 0;
  virtual std::string config_yaml() const = 0;  // with secrets hidden
  virtual std::vector<std::pair<std::string, std::string>> flags() const = 0;
  virtual Labels external_labels() const = 0;
  virtual std::string metrics_page() const = 0;  // text 0.0.4
  virtual Status reload() = 0;
  virtual void quit() = 0;
};

}  // namespace sonde::api
