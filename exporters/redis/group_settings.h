#pragma once
// What groups need that is made of flags once, at the start: parsed lists, scripts, a regular expression.
// Never changed afterwards, so that all threads may look.

#include <memory>
#include <string>
#include <vector>

#include "common/core/result.h"
#include "common/io/file_system.h"
#include "exporters/redis/key_list.h"
#include "exporters/redis/options.h"

namespace re2 {
class RE2;
}

namespace sonde::redis {

// A Lua script of --script.
struct Script {
  std::string file;  // as the flag names it: the label filename
  std::string text;
};

inline constexpr uint64_t kScriptBytesMax = 1 << 20;

struct GroupSettings {
  KeyChecks checks;
  std::vector<std::string> key_groups;
  std::vector<Script> scripts;
  std::shared_ptr<const re2::RE2> search_indexes;  // Shared because unique_ptr needs the whole type here.
};

// Fails with the flag's name on what is wrong in it.
Result<GroupSettings> make_group_settings(const Options& options, io::FileSystem& files);

}  // namespace sonde::redis
