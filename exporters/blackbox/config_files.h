#pragma once
// The configuration as it lies on disk: one file, and a folder of further ones where that is asked for.

#include <cstdint>
#include <string>

#include "common/core/result.h"
#include "exporters/blackbox/module.h"

namespace sonde::blackbox {

struct LoadedConfig {
  Config config;
  uint64_t checksum = 0;  // of names and texts: equal ones mean that nothing changed
};

struct ConfigPaths {
  std::string file;
  std::string modules_directory{};  // "": none
  std::string targets_file{};       // "": none
};

// Reads and checks all of it. A module of one name in two files is an error that names both.
Result<LoadedConfig> load_config(const ConfigPaths& paths);

}  // namespace sonde::blackbox
