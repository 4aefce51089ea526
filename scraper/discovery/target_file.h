#pragma once
// The text of a file_sd file (or of an HTTP discovery's answer): a list of target groups as JSON or YAML.
// Strict, as in the reference: unknown keys, null groups and trailing bytes are errors.

#include <string_view>

#include "common/core/result.h"
#include "scraper/discovery/discovery.h"

namespace sonde::discovery {

Result<Groups> parse_json_groups(std::string_view text, std::string_view name);
Result<Groups> parse_yaml_groups(std::string_view text, std::string_view name);

}  // namespace sonde::discovery
