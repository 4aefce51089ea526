#pragma once
// Reads prometheus.yml: strict, all of the reference's checks, errors with file, line, column and key. One
// function does one reload: it touches nothing but the files it reads, and the caller keeps the old
// configuration on failure.

#include <string>
#include <string_view>

#include "common/core/result.h"
#include "scraper/config/config.h"

namespace sonde::config {

inline constexpr size_t kConfigFileBytesMax = size_t{64} << 20;

// The text of a main configuration file alone: relative paths stay as they are, imported files are not read.
Result<Config> parse_config(std::string_view text, std::string_view file_name);

struct LoadOptions {
  bool agent = false;        // refuses alerting, rule_files and remote_read
  bool syntax_only = false;  // does not read scrape_config_files
};

// A main configuration file with what it imports. Paths in it are relative to the folder of the file that has
// them.
Result<Config> load_config_file(const std::string& path, const LoadOptions& options);

// The files that a pattern of rule_files or scrape_config_files names, sorted; none is no error.
std::vector<std::string> expand_glob(const std::string& pattern);

}  // namespace sonde::config
