#pragma once
// One target group as YAML: an entry of static_configs and of a file_sd file have the same keys.

#include "common/yaml/value.h"
#include "scraper/config/discovery_config.h"

namespace sonde::config {

void decode(const yaml::Value& in, TargetGroup& out);

}  // namespace sonde::config
