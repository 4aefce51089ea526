#include "exporters/redis/group_settings.h"

#include <re2/re2.h>

#include <utility>

#include "common/core/text.h"

namespace sonde::redis {
namespace {

Status read_lists(const Options& options, KeyChecks& out) {
  struct Row {
    const char* flag;
    const std::string& text;
    std::vector<KeyName>& list;
  };
  for (const Row& row : {Row{"--check-keys", options.check_keys, out.keys},
                         Row{"--check-single-keys", options.check_single_keys, out.single_keys},
                         Row{"--check-streams", options.check_streams, out.streams},
                         Row{"--check-single-streams", options.check_single_streams, out.single_streams},
                         Row{"--count-keys", options.count_keys, out.counts}}) {
    auto list = parse_key_list(row.text);
    if (!list) return list.error().in(row.flag);
    row.list = std::move(*list);
  }
  return Ok{};
}

Status read_scripts(const Options& options, io::FileSystem& files, std::vector<Script>& out) {
  if (options.scripts.empty()) return Ok{};
  for (const std::string_view file : split(options.scripts, ',')) {
    auto text = io::read_file(files, std::string(file), kScriptBytesMax);
    if (!text) return text.error().in("--script");
    out.push_back({.file = std::string(file), .text = std::move(*text)});
  }
  return Ok{};
}

}  // namespace

Result<GroupSettings> make_group_settings(const Options& options, io::FileSystem& files) {
  GroupSettings out;
  if (auto read = read_lists(options, out.checks); !read) return read.error();
  auto patterns = parse_group_patterns(options.check_key_groups);
  if (!patterns) return patterns.error().in("--check-key-groups");
  out.key_groups = std::move(*patterns);
  if (auto read = read_scripts(options, files, out.scripts); !read) return read.error();
  if (options.check_keys_batch_size < 1) {
    return Error(ErrorCode::InvalidArgument, "--check-keys-batch-size: want at least 1");
  }
  if (options.max_distinct_key_groups < 0) {
    return Error(ErrorCode::InvalidArgument, "--max-distinct-key-groups: want at least 0");
  }
  RE2::Options quiet;
  quiet.set_log_errors(false);
  auto pattern = std::make_shared<const RE2>(options.check_search_indexes, quiet);
  if (!pattern->ok()) {
    return Error(ErrorCode::InvalidArgument, "--check-search-indexes: invalid regular expression " +
                                                 quoted(options.check_search_indexes) + ": " +
                                                 pattern->error());
  }
  out.search_indexes = std::move(pattern);
  return out;
}

}  // namespace sonde::redis
