#include "scraper/discovery/target_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/core/text.h"
#include "common/io/file_system.h"
#include "common/yaml/value.h"
#include "scraper/config/target_group.h"

namespace sonde::discovery {
namespace {

// nlohmann parses by recursion; target files nest four deep.
constexpr int kJsonDepthMax = 16;

Error refuse(std::string_view name, std::string_view what) {
  return Error(ErrorCode::InvalidArgument, std::string(name) + ": " + std::string(what));
}

Result<std::vector<std::string>> read_texts(const nlohmann::json& list, std::string_view where) {
  std::vector<std::string> out;
  if (list.is_null()) return out;
  if (!list.is_array()) return refuse(where, "want a list of texts");
  for (const auto& item : list) {
    if (!item.is_string()) return refuse(where, "want texts in the list");
    out.push_back(item.get<std::string>());
  }
  return out;
}

Result<Labels> read_labels(const nlohmann::json& map, std::string_view where) {
  if (map.is_null()) return Labels();
  if (!map.is_object()) return refuse(where, "want a mapping of label names to texts");
  std::vector<Label> out;
  for (const auto& [name, value] : map.items()) {
    if (!value.is_string()) return refuse(where, "the value of label " + sonde::quoted(name) + " is no text");
    if (name.empty()) return refuse(where, "a label has no name");
    out.push_back({name, value.get<std::string>()});
  }
  return Labels(std::move(out));
}

Result<config::TargetGroup> read_group(const nlohmann::json& object, const std::string& where) {
  if (!object.is_object())
    return refuse(where, object.is_null() ? "null group" : "a group must be a mapping");
  config::TargetGroup out;
  for (const auto& [key, value] : object.items()) {
    if (key == "targets") {
      auto targets = read_texts(value, where + ".targets");
      if (!targets) return targets.error();
      for (std::string& target : *targets) out.targets.push_back(Labels{{"__address__", std::move(target)}});
    } else if (key == "labels") {
      auto labels = read_labels(value, where + ".labels");
      if (!labels) return labels.error();
      out.labels = std::move(*labels);
    } else {
      return refuse(where, "unknown field " + sonde::quoted(key));
    }
  }
  return out;
}

bool is_json(std::string_view path) {
  return to_lower_ascii(path.substr(std::min(path.rfind('.'), path.size()))) == ".json";
}

}  // namespace

Result<Groups> read_target_file(const std::string& path) {
  auto text = io::read_file(io::real_file_system(), path, kTargetFileBytesMax);
  if (!text) return text.error();
  auto groups = is_json(path) ? parse_json_groups(*text, path) : parse_yaml_groups(*text, path);
  if (!groups) return groups;
  for (size_t i = 0; i < groups->size(); ++i) {
    config::TargetGroup& group = (*groups)[i];
    group.source = path + ":" + std::to_string(i);
    group.labels.set("__meta_filepath", path);
  }
  return groups;
}

Result<Groups> parse_json_groups(std::string_view text, std::string_view name) {
  bool too_deep = false;
  const auto watch_depth = [&too_deep](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    too_deep = too_deep || depth > kJsonDepthMax;
    return !too_deep;
  };
  nlohmann::json root;
  try {
    root = nlohmann::json::parse(text, watch_depth);
  } catch (const nlohmann::json::exception& exception) {
    return refuse(name, exception.what());
  }
  if (too_deep) return refuse(name, "nested too deep");
  if (root.is_null()) return Groups{};
  if (!root.is_array()) return refuse(name, "want a list of target groups");
  Groups out;
  for (size_t i = 0; i < root.size(); ++i) {
    auto group = read_group(root[i], std::string(name) + ": [" + std::to_string(i) + "]");
    if (!group) return group.error();
    out.push_back(std::move(*group));
  }
  return out;
}

Result<Groups> parse_yaml_groups(std::string_view text, std::string_view name) {
  Groups out;
  auto root = yaml::parse(text, name);
  if (!root) return root.error();
  if (root->kind == yaml::NodeKind::Null) return out;
  yaml::Problem problem{std::string(name), {}};
  decode(yaml::Value(*root, problem), out);
  if (problem.error) return *problem.error;
  return out;
}

}  // namespace sonde::discovery
