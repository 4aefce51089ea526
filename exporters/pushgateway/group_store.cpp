#include "exporters/pushgateway/group_store.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "common/exposition/text_escape.h"

namespace sonde::pushgateway {
namespace {

std::string group_id(const GroupingKey& key) {
  std::string id = key.labels.to_string();
  for (const std::string& name : key.empty_names) id += "," + name;
  return id;
}

bool is_push_time(std::string_view name) {
  return name == kPushTime || name == kFailureTime;
}

void append_header(std::string& out, std::string_view name, bool has_help, std::string_view help,
                   MetricType type) {
  if (has_help) {
    out += "# HELP ";
    exposition::append_metric_name(out, name);
    out += ' ';
    exposition::append_help(out, help, false);
    out += '\n';
  }
  out += "# TYPE ";
  exposition::append_metric_name(out, name);
  out += ' ';
  out += metric_type_name(type);
  out += '\n';
}

// The labels that the reference gives a group's push times: its own and an instance.
std::string time_labels(const GroupingKey& key) {
  std::vector<Label> labels(key.labels.begin(), key.labels.end());
  for (const std::string& name : key.empty_names) labels.push_back({name, {}});
  const bool has_instance = std::ranges::any_of(labels, [](const Label& l) { return l.name == "instance"; });
  if (!has_instance) labels.push_back({"instance", {}});
  std::ranges::sort(labels);
  std::string out;
  for (const Label& label : labels) {
    if (!out.empty()) out += ',';
    exposition::append_label_name(out, label.name);
    out += "=\"";
    exposition::append_label_value(out, label.value);
    out += '"';
  }
  return out;
}

}  // namespace

void append_family_header(std::string& out, std::string_view name, const GroupStore::Family& family) {
  append_header(out, name, family.has_help, family.help, family.type);
}

void append_family(std::string& out, std::string_view name, const GroupStore::Family& family) {
  append_family_header(out, name, family);
  out += family.lines;
}

GroupStore::GroupStore(OwnFamilies own) : own_(std::move(own)) {}

std::vector<GroupStore::Named> GroupStore::prepare(const std::vector<PushedFamily>& families,
                                                   double now_seconds) {
  std::vector<Named> out;
  out.reserve(families.size());
  for (const PushedFamily& pushed : families) {
    if (is_push_time(pushed.name)) continue;
    Family& family = out.emplace_back(pushed.name, Family{}).second;
    family.type = pushed.type;
    family.help = pushed.help;
    family.has_help = pushed.has_help;
    family.series = series_hashes(pushed);
    family.pushed_at_seconds = now_seconds;
    family.lines.reserve(pushed.label_text.size() + pushed.metrics.size() * (pushed.name.size() + 24));
    render_lines(family.lines, pushed);
  }
  return out;
}

GroupStore::Group& GroupStore::make_group(const GroupingKey& key) {
  const auto [at, made] = groups_.try_emplace(group_id(key));
  Group& group = at->second;
  if (made) {
    // Once only: the index's keys point at the id.
    group.id = at->first;
    group.key = key;
    group.labels = time_labels(key);
  }
  return group;
}

const GroupStore::Group* GroupStore::find(const GroupingKey& key) const {
  const auto found = groups_.find(group_id(key));
  return found == groups_.end() ? nullptr : &found->second;
}

GroupStore::Times GroupStore::times(const GroupingKey& key) const {
  const Group* group = find(key);
  if (group == nullptr) return {};
  return {group->push_time_seconds, group->push_failure_time_seconds, group->ttl_ms};
}

void GroupStore::apply(const GroupingKey& key, std::vector<Named> prepared, PushMode mode,
                       const Times& times) {
  Group& group = make_group(key);
  if (mode == PushMode::ReplaceGroup) {
    std::vector<std::string_view> names;
    names.reserve(prepared.size());
    for (const Named& named : prepared) names.push_back(named.first);
    std::ranges::sort(names);
    for (auto at = group.families.begin(); at != group.families.end();) {
      const bool stays = std::ranges::binary_search(names, std::string_view(at->first));
      at = stays ? std::next(at) : erase_family(group, at);
    }
  }
  for (Named& named : prepared) put_family(group, std::move(named));
  set_times(group, times);
}

void GroupStore::put_family(Group& group, Named named) {
  const auto [at, made] = group.families.try_emplace(std::move(named.first));
  Family& family = at->second;
  move_series(group, family, named.second);
  const MetricType old_type = family.type;
  family = std::move(named.second);
  if (!made && family.type == old_type) return;
  NameIndex& name = names_[at->first];
  name.type = family.type;
  name.by_group[group.id] = &family;
}

// Brings the series index from what a family had to what it gets; the usual push has the same series again.
void GroupStore::move_series(Group& group, Family& from, const Family& to) {
  if (from.series == to.series) return;
  for (const uint64_t hash : from.series) series_.erase(hash, &group);
  for (const uint64_t hash : to.series) series_.set(hash, &group);
  group.series_count += to.series.size() - from.series.size();
  series_count_ += to.series.size() - from.series.size();
}

GroupStore::Families::iterator GroupStore::erase_family(Group& group, Families::iterator family) {
  move_series(group, family->second, Family{});
  const auto name = names_.find(family->first);
  name->second.by_group.erase(group.id);
  if (name->second.by_group.empty()) names_.erase(name);
  return group.families.erase(family);
}

void GroupStore::set_times(const GroupingKey& key, const Times& times) {
  set_times(make_group(key), times);
}

void GroupStore::set_times(Group& group, const Times& times) {
  group.push_time_seconds = times.push_seconds;
  group.push_failure_time_seconds = times.failure_seconds;
  group.ttl_ms = times.ttl_ms;
  if (group.expires_at_seconds != 0) expiries_.erase({group.expires_at_seconds, &group});
  int64_t ttl_ms = times.ttl_ms.value_or(0);
  if (!times.ttl_ms && ttl_ms_) ttl_ms = ttl_ms_(group.key.labels.get("job"));
  // A group that was never pushed with success lives from its failure on.
  const double from = std::max(times.push_seconds, times.push_seconds == 0 ? times.failure_seconds : 0);
  group.expires_at_seconds = ttl_ms > 0 ? from + static_cast<double>(ttl_ms) / 1000 : 0;
  if (group.expires_at_seconds != 0) expiries_.emplace(group.expires_at_seconds, &group);
}

std::vector<GroupingKey> GroupStore::expired(double now_seconds) const {
  std::vector<GroupingKey> keys;
  for (const auto& [time, group] : expiries_) {
    if (time > now_seconds) break;
    keys.push_back(group->key);
  }
  return keys;
}

bool GroupStore::remove(const GroupingKey& key) {
  const auto found = groups_.find(group_id(key));
  if (found == groups_.end()) return false;
  Group& group = found->second;
  for (auto at = group.families.begin(); at != group.families.end();) at = erase_family(group, at);
  if (group.expires_at_seconds != 0) expiries_.erase({group.expires_at_seconds, &group});
  groups_.erase(found);
  return true;
}

void GroupStore::wipe() {
  series_.clear();
  names_.clear();
  expiries_.clear();
  groups_.clear();
  series_count_ = 0;
}

void GroupStore::render_times(std::string& out, std::string_view name, std::string_view help,
                              double Group::*time) const {
  if (groups_.empty()) return;
  append_header(out, name, true, help, MetricType::Gauge);
  for (const auto& [id, group] : groups_) {
    out += name;
    out += '{';
    out += group.labels;
    out += "} ";
    append_number_exposition(out, group.*time);
    out += '\n';
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
    const Family& first = *index.by_group.begin()->second;
    const auto own = own_.find(name);
    if (own == own_.end()) {
      append_header(out, name, first.has_help, first.help, index.type);
    } else {
      append_header(out, name, true, own->second.help, own->second.type);
    }
    for (const auto& [id, family] : index.by_group) out += family->lines;
  }
  for (; next != times.end(); ++next) render_times(out, next->name, next->help, next->time);
}

}  // namespace sonde::pushgateway
