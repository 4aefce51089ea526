#pragma once
// The parts of the configuration that say where targets come from: `*_sd_configs` and `static_configs` of a
// scrape job or an alertmanager section. What runs today is typed; every other mechanism is checked against
// its table of keys and kept as a tree, so that it can be shown and warned about. Plain data.

#include <chrono>
#include <string>
#include <vector>

#include "common/http_client/client_config.h"
#include "common/metrics/labels.h"
#include "common/yaml/node.h"

namespace sonde::config {

// Targets that share labels, as a discovery hands them on.
struct TargetGroup {
  std::vector<Labels> targets;  // each with at least __address__
  Labels labels;                // A target's own label wins over one of these.
  std::string source;           // names the group within its discovery: "0", "/etc/targets.json:1"
};

struct FileDiscoveryConfig {
  std::vector<std::string> files;  // glob patterns, absolute once the configuration's folder is known
  std::chrono::milliseconds refresh_interval = std::chrono::minutes(5);
};

// A mechanism that is understood but not built yet.
struct OtherDiscoveryConfig {
  std::string key;  // "consul_sd_configs"
  yaml::Node node;  // one entry of its list, secrets hidden, defaults filled in
};

struct DiscoveryConfig {
  std::vector<TargetGroup> static_groups;
  std::vector<FileDiscoveryConfig> files;
  std::vector<OtherDiscoveryConfig> others;
};

}  // namespace sonde::config
