// label_replace and label_join: new labels from old ones.
#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "common/core/text.h"
#include "scraper/promql/functions/functions.h"

namespace sonde::promql {
namespace {

constexpr size_t kQuotedBytesMax = 1000;
constexpr int64_t kRegexBytesMax = 8 << 20;

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The group that "$name" or "$1" means, or -1.
int group_number(const RE2& regex, std::string_view name) {
  if (name.empty()) return -1;
  if (std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; })) {
    constexpr size_t kDigitsMax = 6;
    if (name.size() > kDigitsMax || (name.size() > 1 && name[0] == '0')) return -1;
    int number = 0;
    for (const char c : name) number = number * 10 + (c - '0');
    return number;
  }
  const auto& names = regex.NamedCapturingGroups();
  const auto at = names.find(std::string(name));
  return at == names.end() ? -1 : at->second;
}

// Go's Regexp.Expand: $1, ${1}, $name and $$; the longest run of name characters is the name, an unknown one
// is empty.
std::string expand(std::string_view pattern, const RE2& regex, const std::vector<re2::StringPiece>& groups) {
  std::string out;
  while (!pattern.empty()) {
    const size_t dollar = pattern.find('$');
    out += pattern.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    pattern.remove_prefix(dollar + 1);
    if (pattern.starts_with('$')) {
      out += '$';
      pattern.remove_prefix(1);
      continue;
    }
    const bool braces = pattern.starts_with('{');
    const std::string_view rest = braces ? pattern.substr(1) : pattern;
    size_t end = 0;
    while (end < rest.size() && is_name_char(rest[end])) ++end;
    if (end == 0 || (braces && (end == rest.size() || rest[end] != '}'))) {
      out += '$';  // Malformed: the dollar stands for itself.
      continue;
    }
    const int group = group_number(regex, rest.substr(0, end));
    if (group >= 0 && static_cast<size_t>(group) < groups.size()) {
      const auto& text = groups[static_cast<size_t>(group)];
      out.append(text.data(), text.size());
    }
    pattern.remove_prefix(end + (braces ? 2 : 0));
  }
  return out;
}

Status check_label_name(std::string_view name, std::string_view function) {
  if (!name.empty() && is_valid_utf8(name)) return Ok{};
  return execution_error("invalid destination label name in " + std::string(function) +
                         "(): " + std::string(name));
}

// A new metric name is meant to stay, even where the old one was to be dropped at the end.
void set_label(Tile& tile, size_t row, std::string_view name, std::string_view value) {
  tile.labels(row).set(name, value);
  if (name == kMetricName) tile.set_drop_name(row, false);
}

Result<Value> finish(Tile tile) {
  if (auto status = merge_equal_labels(tile); !status) return status.error();
  return Value::vector(std::move(tile));
}

}  // namespace

Result<Value> eval_label_replace(std::vector<Value>& args, const CallContext&) {
  const std::string& destination = args[1].text;
  const std::string& replacement = args[2].text;
  const std::string& source = args[3].text;
  RE2::Options options;
  options.set_dot_nl(true);
  options.set_log_errors(false);
  options.set_max_mem(kRegexBytesMax);
  const RE2 regex(args[4].text, options);
  if (!regex.ok()) {
    return execution_error("invalid regular expression in label_replace(): " +
                           quoted(args[4].text, kQuotedBytesMax) + ": " + regex.error());
  }
  if (auto status = check_label_name(destination, "label_replace"); !status) return status.error();
  Tile tile = std::move(args[0].tile);
  std::vector<re2::StringPiece> groups(static_cast<size_t>(regex.NumberOfCapturingGroups()) + 1);
  for (size_t row = 0; row < tile.rows(); ++row) {
    const std::string value(tile.labels(row).get(source));
    if (!regex.Match(value, 0, value.size(), RE2::ANCHOR_BOTH, groups.data(),
                     static_cast<int>(groups.size())))
      continue;
    set_label(tile, row, destination, expand(replacement, regex, groups));
  }
  return finish(std::move(tile));
}

Result<Value> eval_label_join(std::vector<Value>& args, const CallContext&) {
  const std::string& destination = args[1].text;
  if (auto status = check_label_name(destination, "label_join"); !status) return status.error();
  Tile tile = std::move(args[0].tile);
  for (size_t row = 0; row < tile.rows(); ++row) {
    std::string joined;
    for (size_t i = 3; i < args.size(); ++i) {
      if (i > 3) joined += args[2].text;
      joined += tile.labels(row).get(args[i].text);
    }
    set_label(tile, row, destination, joined);
  }
  return finish(std::move(tile));
}

}  // namespace sonde::promql
