#pragma once
// A label set: names and values sorted by name, no name twice, no empty value (an empty value is an absent
// label). Immutable once built; compares and hashes by content. The metric name is the label "__name__".

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sonde {

inline constexpr std::string_view kMetricName = "__name__";

struct Label {
  std::string name;
  std::string value;
  friend bool operator==(const Label&, const Label&) = default;
  friend auto operator<=>(const Label&, const Label&) = default;
};

class Labels {
 public:
  Labels() = default;
  // Any order; of equal names the last wins; empty values are left out.
  Labels(std::initializer_list<Label> labels);
  explicit Labels(std::vector<Label> labels);

  // The value, or "" when the label is absent. The view lives as long as this object is not changed.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const { return !get(name).empty(); }
  std::string_view metric_name() const { return get(kMetricName); }

  bool empty() const { return labels_.empty(); }
  size_t size() const { return labels_.size(); }
  auto begin() const { return labels_.begin(); }
  auto end() const { return labels_.end(); }

  // Sets or, with an empty value, removes one label.
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name) { set(name, {}); }

  // 64 bits of the content; not stable over releases, never on disk.
  uint64_t hash() const;

  // `name{a="b", c="d"}` as the reference prints a series; `{}` for the empty set. For messages and results.
  std::string to_string() const;

  friend bool operator==(const Labels&, const Labels&) = default;
  friend auto operator<=>(const Labels&, const Labels&) = default;  // The order of query results.

 private:
  std::vector<Label> labels_;
};

// [a-zA-Z_:][a-zA-Z0-9_:]* and [a-zA-Z_][a-zA-Z0-9_]*: names that need no quotes.
bool is_legacy_metric_name(std::string_view name);
bool is_legacy_label_name(std::string_view name);

struct LabelsHash {
  size_t operator()(const Labels& labels) const { return labels.hash(); }
};

}  // namespace sonde
