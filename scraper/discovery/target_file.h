#pragma once
// The text of a file_sd file (or of an HTTP discovery's answer): a list of target groups as JSON or YAML.
// Strict, as in the reference: unknown keys, null groups and trailing bytes are errors.

#include <string>
#include <string_view>

#include "common/core/result.h"
#include "scraper/discovery/discovery.h"

namespace sonde::discovery {

inline constexpr size_t kTargetFileBytesMax = size_t{64} << 20;

// A whole file, as JSON or YAML by its name; each group carries its place and `__meta_filepath`.
Result<Groups> read_target_file(const std::string& path);

Result<Groups> parse_json_groups(std::string_view text, std::string_view name);
Result<Groups> parse_yaml_groups(std::string_view text, std::string_view name);

}  // namespace sonde::discovery
