#include "common/metrics/labels.h"

#include <algorithm>
#include <functional>
#include <iterator>

#include "common/core/text.h"

namespace sonde {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_name(std::string_view name, bool colon) {
  if (name.empty() || is_digit(name.front())) return false;
  return std::ranges::all_of(name,
                             [&](char c) { return is_letter(c) || is_digit(c) || (colon && c == ':'); });
}

void append_quoted(std::string& out, std::string_view text) {
  out += quoted(text, text.size());
}

}  // namespace

Labels::Labels(std::initializer_list<Label> labels) : Labels(std::vector<Label>(labels)) {}

Labels::Labels(std::vector<Label> labels) : labels_(std::move(labels)) {
  std::ranges::stable_sort(labels_, {}, &Label::name);
  // Of equal names the last wins: from the back, so that it is the one std::unique keeps.
  const auto kept = std::unique(labels_.rbegin(), labels_.rend(),
                                [](const Label& a, const Label& b) { return a.name == b.name; });
  labels_.erase(labels_.begin(), kept.base());
  std::erase_if(labels_, [](const Label& label) { return label.value.empty(); });
}

std::string_view Labels::get(std::string_view name) const {
  const auto at = std::ranges::lower_bound(labels_, name, {}, &Label::name);
  return at != labels_.end() && at->name == name ? std::string_view(at->value) : std::string_view();
}

void Labels::set(std::string_view name, std::string_view value) {
  const auto at = std::ranges::lower_bound(labels_, name, {}, &Label::name);
  const bool found = at != labels_.end() && at->name == name;
  if (value.empty()) {
    if (found) labels_.erase(at);
  } else if (found) {
    at->value = value;
  } else {
    labels_.insert(at, Label{std::string(name), std::string(value)});
  }
}

uint64_t Labels::hash() const {
  // FNV-1a over std::hash of the parts: enough to spread, and cheap to read.
  uint64_t hash = 0xcbf29ce484222325;
  const auto mix = [&hash](std::string_view part) {
    hash = (hash ^ std::hash<std::string_view>{}(part)) * 0x100000001b3;
    hash ^= hash >> 29;
  };
  for (const Label& label : labels_) {
    mix(label.name);
    mix(label.value);
  }
  return hash;
}

std::string Labels::to_string() const {
  const std::string_view name = metric_name();
  const bool name_outside = is_legacy_metric_name(name);
  std::string out;
  if (name_outside) out += name;
  std::string inside;
  for (const Label& label : labels_) {
    const bool is_name_label = label.name == kMetricName;
    if (is_name_label && name_outside) continue;
    if (!inside.empty()) inside += ", ";
    if (is_name_label) {
      append_quoted(inside, label.value);
      continue;
    }
    if (is_legacy_label_name(label.name)) {
      inside += label.name;
    } else {
      append_quoted(inside, label.name);
    }
    inside += '=';
    append_quoted(inside, label.value);
  }
  if (!inside.empty() || out.empty()) out += "{" + inside + "}";
  return out;
}

bool is_legacy_metric_name(std::string_view name) {
  return is_name(name, true);
}
bool is_legacy_label_name(std::string_view name) {
  return is_name(name, false);
}

}  // namespace sonde
