#pragma once
// The lists of keys and patterns that users write: "session:*,db3=queue". Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"

namespace sonde::redis {

// A key, or a pattern of keys, in a database.
struct KeyName {
  int64_t database = 0;
  std::string text{};
};

// As the label db shows a database: "db0".
std::string database_label(int64_t database);

// What to look at among the keys.
struct KeyChecks {
  std::vector<KeyName> keys{};  // names and patterns
  std::vector<KeyName> single_keys{};
  std::vector<KeyName> streams{};  // names and patterns
  std::vector<KeyName> single_streams{};
  std::vector<KeyName> counts{};  // patterns
};

inline constexpr int64_t kDatabaseMax = 1'000'000;

// Items between commas, each "key", "db3=key" or "3=key", the key percent-encoded as in a URL's query; empty
// items are left out.
Result<std::vector<KeyName>> parse_key_list(std::string_view text);

// Whether SCAN has to look for it.
bool is_pattern(std::string_view key);

// Items between commas, for Lua patterns: an item that has a comma stands in double quotes, two of which are
// one.
Result<std::vector<std::string>> parse_group_patterns(std::string_view text);

}  // namespace sonde::redis
