#include "exporters/blackbox/target_settings.h"

#include <algorithm>
#include <array>
#include <span>

#include "common/core/text.h"

namespace sonde::blackbox {
namespace {

// Keys of a section that name one thing in different ways: when a target has one of them, the module's go.
constexpr std::array<std::string_view, 5> kCredentials{"authorization", "basic_auth", "bearer_token",
                                                       "bearer_token_file", "oauth2"};
constexpr std::array<std::string_view, 2> kBodies{"body", "body_file"};
// Maps that are joined, by names in any case of letters.
constexpr std::array<std::string_view, 2> kJoined{"headers", "metadata"};

bool contains(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void remove(yaml::Node& map, std::span<const std::string_view> names) {
  std::erase_if(map.entries, [&](const yaml::Entry& entry) { return contains(names, entry.key); });
}

yaml::Node join(const yaml::Node& below, const yaml::Node& above) {
  if (below.kind != yaml::NodeKind::Map || above.kind != yaml::NodeKind::Map) return above;
  yaml::Node out = above;
  for (const yaml::Entry& entry : below.entries) {
    const auto same = [&](const yaml::Entry& other) { return equals_ignoring_case(other.key, entry.key); };
    if (std::ranges::none_of(above.entries, same)) out.entries.push_back(entry);
  }
  return out;
}

// The module's section with the target's keys over it.
yaml::Node lay_over(const yaml::Node* section, const yaml::Node& above) {
  if (section == nullptr || section->kind != yaml::NodeKind::Map || above.kind != yaml::NodeKind::Map)
    return above;
  yaml::Node out = *section;
  for (const std::span<const std::string_view> group :
       {std::span<const std::string_view>(kCredentials), std::span<const std::string_view>(kBodies)}) {
    const auto is_of_it = [&](const yaml::Entry& entry) { return contains(group, entry.key); };
    if (std::ranges::any_of(above.entries, is_of_it)) remove(out, group);
  }
  for (const yaml::Entry& entry : above.entries) {
    const auto same = [&](const yaml::Entry& other) { return other.key == entry.key; };
    const auto at = std::ranges::find_if(out.entries, same);
    if (at == out.entries.end()) {
      out.entries.push_back(entry);
    } else {
      at->value = contains(kJoined, entry.key) ? join(at->value, entry.value) : entry.value;
    }
  }
  return out;
}

// The module as the target sees it, as text.
yaml::Node changed_source(const Module& module, const yaml::Node& section) {
  yaml::Node out = module.source;
  const auto is_section = [&](const yaml::Entry& entry) { return entry.key == module.prober; };
  const auto at = std::ranges::find_if(out.entries, is_section);
  if (at == out.entries.end()) {
    out.entries.push_back({.key = module.prober, .at = section.at, .value = section});
  } else {
    at->value = lay_over(&at->value, section);
  }
  return out;
}

void read_entry(const yaml::Value& item, const yaml::Value& list, size_t index, Config& out) {
  std::string target;
  std::string name;
  yaml::Fields fields(item, "target");
  fields.read("target", target);
  fields.read("module", name);
  if (target.empty()) return fields.fail("target must be set");
  const auto module = out.modules.find(name);
  if (module == out.modules.end()) return fields.fail("module", "there is no module " + quoted(name));
  const std::string& section = module->second.prober;
  yaml::Node source;
  const bool found = fields.visit(
      section, [&](const yaml::Value& value) { source = changed_source(module->second, value.node()); });
  fields.finish();
  if (item.failed()) return;
  if (!found)
    return fields.fail("has nothing of its own; want keys of the module's prober below " + quoted(section));
  Module changed;
  decode(yaml::Value(source, list, index), changed);
  changed.name = name;
  const auto [at, added] = out.targets.emplace(std::pair(name, target), std::move(changed));
  if (!added) fields.fail("target", quoted(target) + " has an entry for module " + quoted(name) + " already");
}

}  // namespace

Status read_target_settings(std::string_view text, std::string_view file_name, Config& out) {
  auto root = yaml::parse(text, file_name);
  if (!root) return root.error();
  yaml::Problem problem{std::string(file_name), {}};
  const yaml::Value value(*root, problem);
  yaml::Fields fields(value, "targets file");
  fields.visit("targets", [&](const yaml::Value& list) {
    if (list.is_null()) return;
    if (list.node().kind != yaml::NodeKind::List) return list.fail_type("a list");
    const size_t count = list.node().items.size();
    if (count > kTargetSettingsMax) return list.fail("more than 10000 targets");
    for (size_t i = 0; i < count && !list.failed(); ++i)
      read_entry(yaml::Value(list.node().items[i], list, i), list, i, out);
  });
  fields.finish();
  if (problem.error) return *problem.error;
  return Ok{};
}

}  // namespace sonde::blackbox
