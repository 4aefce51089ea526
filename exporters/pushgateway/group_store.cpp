#include "exporters/pushgateway/group_store.h"

#include <algorithm>
#include <array>
#include <functional>
#include <unordered_set>
#include <utility>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "common/exposition/text_escape.h"

namespace sonde::pushgateway {
namespace {

constexpr std::string_view kPushTime = "push_time_seconds";
constexpr std::string_view kPushTimeHelp =
    "Last Unix time when changing this group in the Pushgateway succeeded.";
constexpr std::string_view kFailureTime = "push_failure_time_seconds";
constexpr std::string_view kFailureTimeHelp =
    "Last Unix time when changing this group in the Pushgateway failed.";

std::string group_id(const GroupingKey& key) {
  std::string id = key.labels.to_string();
  for (const std::string& name : key.empty_names) id += "," + name;
  return id;
}

void append_header(std::string& out, std::string_view name, std::string_view help, MetricType type) {
  out += "# HELP ";
  exposition::append_metric_name(out, name);
  out += ' ';
  exposition::append_help(out, help, false);
  out += "\n# TYPE ";
  exposition::append_metric_name(out, name);
  out += ' ';
  out += metric_type_name(type);
  out += '\n';
}

uint64_t series_hash(std::string_view name, const PushedSample& sample) {
  std::string identity;
  PushedSample bare{.suffix = sample.suffix, .labels = sample.labels, .value = 0};
  // instance="" is the same series as no instance at all.
  std::erase_if(bare.labels, [](const Label& label) { return label.value.empty(); });
  render_sample(identity, name, bare);
  return std::hash<std::string>{}(identity);
}

std::vector<uint64_t> series_hashes(const PushedFamily& family) {
  std::vector<uint64_t> hashes;
  hashes.reserve(family.samples.size());
  for (const PushedSample& sample : family.samples) hashes.push_back(series_hash(family.name, sample));
  return hashes;
}

Error inconsistent(std::string what) {
  return Error(ErrorCode::InvalidArgument,
               "pushed metrics are invalid or inconsistent with existing metrics: " + std::move(what));
}

bool is_push_time(std::string_view name) {
  return name == kPushTime || name == kFailureTime;
}

}  // namespace

void append_family(std::string& out, std::string_view name, const GroupStore::Family& family) {
  append_header(out, name, family.help, family.type);
  out += family.lines;
}

void render_sample(std::string& out, std::string_view name, const PushedSample& sample) {
  const bool name_outside = is_legacy_metric_name(name);
  const std::string full = std::string(name) + sample.suffix;
  if (name_outside) out += full;
  if (!sample.labels.empty() || !name_outside) {
    out += '{';
    std::string_view separator;
    if (!name_outside) {
      exposition::append_metric_name(out, full);
      separator = ",";
    }
    for (const Label& label : sample.labels) {
      out += separator;
      exposition::append_label_name(out, label.name);
      out += "=\"";
      exposition::append_label_value(out, label.value);
      out += '"';
      separator = ",";
    }
    out += '}';
  }
  out += ' ';
  append_number_exposition(out, sample.value);
  out += '\n';
}

GroupStore::GroupStore(std::map<std::string, MetricType, std::less<>> own) : own_(std::move(own)) {}

GroupStore::Group& GroupStore::find_group(const GroupingKey& key) {
  const auto [at, made] = groups_.try_emplace(group_id(key));
  Group& group = at->second;
  if (made) {
    // Once only: the index's keys point at the id.
    group.id = at->first;
    group.key = key;
  }
  return group;
}

Status GroupStore::check_family(const std::string& id, const PushedFamily& family,
                                const std::vector<uint64_t>& series) const {
  const auto own = own_.find(family.name);
  if (own != own_.end() && own->second != family.type) {
    return inconsistent("family " + quoted(family.name) + " is a " +
                        std::string(metric_type_name(own->second)) + " of the gateway itself, pushed as " +
                        std::string(metric_type_name(family.type)));
  }
  const auto group = groups_.find(id);
  const auto name = names_.find(family.name);
  if (name != names_.end() && name->second.type != family.type) {
    const bool elsewhere =
        std::ranges::any_of(name->second.by_group, [&](const auto& e) { return e.first != id; });
    if (elsewhere) {
      return inconsistent("family " + quoted(family.name) + " is a " +
                          std::string(metric_type_name(name->second.type)) + " in another group, pushed as " +
                          std::string(metric_type_name(family.type)));
    }
  }
  std::unordered_set<uint64_t> seen;
  for (size_t i = 0; i < series.size(); ++i) {
    const auto owner = series_.find(series[i]);
    const bool in_other_group =
        owner != series_.end() && (group == groups_.end() || owner->second != &group->second);
    if (in_other_group || !seen.insert(series[i]).second) {
      std::string line;
      render_sample(line, family.name, family.samples[i]);
      return inconsistent("the series of " + quoted(trim(line)) +
                          " was collected before with the same name and label values");
    }
  }
  return Ok{};
}

Status GroupStore::push(const GroupingKey& key, std::vector<PushedFamily> families, PushMode mode,
                        double now_seconds, bool check_consistency) {
  std::erase_if(families, [](const PushedFamily& family) { return is_push_time(family.name); });
  const std::string id = group_id(key);
  if (check_consistency) {
    for (const PushedFamily& family : families) {
      if (auto checked = check_family(id, family, series_hashes(family)); !checked) {
        mark_failure(key, now_seconds);
        return checked.error();
      }
    }
  }
  Group& group = find_group(key);
  if (mode == PushMode::ReplaceGroup) erase_families(group);
  for (PushedFamily& family : families) insert_family(group, std::move(family), now_seconds);
  group.push_time_seconds = now_seconds;
  ++version_;
  return Ok{};
}

void GroupStore::mark_failure(const GroupingKey& key, double now_seconds) {
  find_group(key).push_failure_time_seconds = now_seconds;
  ++version_;
}

void GroupStore::insert_family(Group& group, PushedFamily pushed, double now_seconds) {
  const auto old = group.families.find(pushed.name);
  if (old != group.families.end()) erase_family(group, old);
  Family family{.type = pushed.type,
                .help = std::move(pushed.help),
                .lines = {},
                .series = series_hashes(pushed),
                .pushed_at_seconds = now_seconds};
  for (const PushedSample& sample : pushed.samples) render_sample(family.lines, pushed.name, sample);
  for (const uint64_t series : family.series) series_[series] = &group;
  const auto placed = group.families.emplace(pushed.name, std::move(family)).first;
  NameIndex& name = names_[pushed.name];
  name.type = placed->second.type;
  name.by_group[group.id] = &placed->second;
}

void GroupStore::erase_family(Group& group, std::map<std::string, Family, std::less<>>::iterator family) {
  for (const uint64_t series : family->second.series) series_.erase(series);
  const auto name = names_.find(family->first);
  name->second.by_group.erase(group.id);
  if (name->second.by_group.empty()) names_.erase(name);
  group.families.erase(family);
}

void GroupStore::erase_families(Group& group) {
  while (!group.families.empty()) erase_family(group, group.families.begin());
}

void GroupStore::remove(const GroupingKey& key) {
  const auto found = groups_.find(group_id(key));
  if (found == groups_.end()) return;
  erase_families(found->second);
  groups_.erase(found);
  ++version_;
}

void GroupStore::wipe() {
  series_.clear();
  names_.clear();
  groups_.clear();
  ++version_;
}

void GroupStore::render_times(std::string& out, std::string_view name, std::string_view help,
                              double Group::*time) const {
  if (groups_.empty()) return;
  append_header(out, name, help, MetricType::Gauge);
  for (const auto& [id, group] : groups_) {
    std::vector<Label> labels(group.key.labels.begin(), group.key.labels.end());
    if (!group.key.labels.has("instance")) labels.push_back({"instance", ""});
    std::ranges::sort(labels);
    render_sample(out, name, {.suffix = "", .labels = std::move(labels), .value = group.*time});
  }
}

void GroupStore::render(std::string& out) const {
  struct Time {
    std::string_view name;
    std::string_view help;
    double Group::*time;
  };
  const std::array times{Time{kFailureTime, kFailureTimeHelp, &Group::push_failure_time_seconds},
                         Time{kPushTime, kPushTimeHelp, &Group::push_time_seconds}};
  auto next = times.begin();
  for (const auto& [name, index] : names_) {
    for (; next != times.end() && next->name < name; ++next)
      render_times(out, next->name, next->help, next->time);
    append_header(out, name, index.by_group.begin()->second->help, index.type);
    for (const auto& [id, family] : index.by_group) out += family->lines;
  }
  for (; next != times.end(); ++next) render_times(out, next->name, next->help, next->time);
}

void GroupStore::restore(const GroupingKey& key, std::vector<PushedFamily> families, double push_time_seconds,
                         double push_failure_time_seconds) {
  Group& group = find_group(key);
  for (PushedFamily& family : families) insert_family(group, std::move(family), push_time_seconds);
  group.push_time_seconds = push_time_seconds;
  group.push_failure_time_seconds = push_failure_time_seconds;
}

}  // namespace sonde::pushgateway
