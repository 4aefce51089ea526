#pragma once
// A SeriesSource in memory for tests: groups of series that share their times. It keeps what it is given and
// honours the hinted range; nothing else.

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "scraper/storage/series_source.h"

namespace sonde::promql {

struct MemorySeries {
  Labels labels;
  std::vector<std::optional<double>> values;  // one per time of the group; none: absent
};

struct MemoryGroup {
  std::vector<int64_t> times_ms;
  std::vector<MemorySeries> series;
  bool absence_is_stale = true;
};

class MemorySelection final : public storage::Selection {
 public:
  MemorySelection(const std::vector<MemoryGroup>& groups, std::span<const Matcher> matchers,
                  storage::TimeRange range)
      : range_(range) {
    for (const MemoryGroup& group : groups) {
      const size_t begin = picked_.size();
      for (const MemorySeries& series : group.series) {
        const bool all = std::ranges::all_of(
            matchers, [&](const Matcher& m) { return m.matches(series.labels.get(m.name())); });
        if (all) picked_.push_back({&group, &series});
      }
      if (picked_.size() == begin) continue;
      groups_.push_back({begin, picked_.size(), group.absence_is_stale});
    }
  }

  std::span<const storage::SelectedGroup> groups() const override { return groups_; }
  size_t series_count() const override { return picked_.size(); }
  Labels labels(size_t series) const override { return picked_[series].series->labels; }

  Status read_times(size_t group, std::vector<int64_t>& times_ms) const override {
    times_ms.clear();
    for (const int64_t time : picked_[groups_[group].series_begin].group->times_ms) {
      if (time >= range_.start_ms && time <= range_.end_ms) times_ms.push_back(time);
    }
    return Ok{};
  }

  Status read_column(size_t series, storage::Column& column) const override {
    const Picked& picked = picked_[series];
    column.values.clear();
    column.present.clear();
    bool all = true;
    for (size_t i = 0; i < picked.group->times_ms.size(); ++i) {
      const int64_t time = picked.group->times_ms[i];
      if (time < range_.start_ms || time > range_.end_ms) continue;
      const size_t at = column.values.size();
      if (at % 64 == 0) column.present.push_back(0);
      // What is not present is unspecified: make that visible.
      column.values.push_back(picked.series->values[i].value_or(-12345.0));
      if (picked.series->values[i]) column.present.back() |= uint64_t{1} << (at % 64);
      all = all && picked.series->values[i].has_value();
    }
    if (all) column.present.clear();
    return Ok{};
  }

 private:
  struct Picked {
    const MemoryGroup* group;
    const MemorySeries* series;
  };
  storage::TimeRange range_;
  std::vector<Picked> picked_;
  std::vector<storage::SelectedGroup> groups_;
};

class MemorySource final : public storage::SeriesSource {
 public:
  std::vector<MemoryGroup> groups;

  Result<std::unique_ptr<storage::Selection>> select(std::span<const Matcher> matchers,
                                                     const storage::SelectHints& hints) const override {
    std::unique_ptr<storage::Selection> selection =
        std::make_unique<MemorySelection>(groups, matchers, hints.range);
    return selection;
  }
  Result<std::vector<std::string>> label_names(std::span<const std::vector<Matcher>>, storage::TimeRange,
                                               size_t) const override {
    return std::vector<std::string>{};
  }
  Result<std::vector<std::string>> label_values(std::string_view, std::span<const std::vector<Matcher>>,
                                                storage::TimeRange, size_t) const override {
    return std::vector<std::string>{};
  }
  Result<std::vector<Labels>> series(std::span<const std::vector<Matcher>>, storage::TimeRange,
                                     size_t) const override {
    return std::vector<Labels>{};
  }
};

}  // namespace sonde::promql
