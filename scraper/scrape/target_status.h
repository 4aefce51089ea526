#pragma once
// What the scraper tells about its targets: plain copies, taken under the scraper's locks and safe to keep.
// The HTTP API and the pages read this and nothing else of scraping.

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/metrics/family.h"
#include "common/metrics/labels.h"

namespace sonde::scrape {

enum class TargetHealth : uint8_t { Unknown, Up, Down };

// "unknown", "up", "down".
std::string_view health_name(TargetHealth health);

struct TargetStatus {
  Labels discovered_labels;  // before relabeling
  Labels labels;             // as attached to samples
  std::string scrape_pool;   // the job's name
  std::string scrape_url;
  std::string last_error;      // "" after a good scrape
  int64_t last_scrape_ms = 0;  // wall time; 0: never
  double last_scrape_duration_seconds = 0;
  TargetHealth health = TargetHealth::Unknown;
  std::chrono::milliseconds scrape_interval{0};
  std::chrono::milliseconds scrape_timeout{0};
};

struct DroppedTarget {
  Labels discovered_labels;
  std::string scrape_pool;
};

// What a target's HELP, TYPE and UNIT lines say of one family. An OpenMetrics counter is listed without
// "_total".
struct FamilyMetadata {
  std::string metric;
  std::string help;
  std::string unit;
  MetricType type = MetricType::Untyped;
};

struct TargetMetadata {
  Labels labels;                         // of the target
  std::vector<FamilyMetadata> families;  // sorted by metric
};

// All calls from any thread.
class TargetStatusSource {
 public:
  virtual ~TargetStatusSource() = default;

  // Sorted by pool, then by URL and labels. `pool` "": of all.
  virtual std::vector<TargetStatus> active_targets(std::string_view pool = {}) const = 0;
  virtual std::vector<DroppedTarget> dropped_targets(std::string_view pool = {}) const = 0;
  // How many were dropped by pool; dropped_targets() may hold fewer (keep_dropped_targets).
  virtual std::map<std::string, size_t> dropped_target_counts() const = 0;
  virtual std::vector<std::string> pools() const = 0;  // sorted
  // Of every active target that was scraped.
  virtual std::vector<TargetMetadata> metadata() const = 0;
};

}  // namespace sonde::scrape
