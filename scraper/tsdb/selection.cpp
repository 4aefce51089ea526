#include "scraper/tsdb/selection.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "common/core/check.h"

namespace sonde::tsdb {
namespace {

constexpr uint32_t kNoColumn = std::numeric_limits<uint32_t>::max();
constexpr size_t kPrefetchDistances[] = {15, 11, 7, 3};  // series ahead, by stage

bool same_labels(const FoundStretch& a, const FoundStretch& b) {
  if (a.symbols == b.symbols) return std::ranges::equal(a.group_labels, b.group_labels);
  return std::ranges::equal(a.group_labels, b.group_labels, [&](const LabelRef& left, const LabelRef& right) {
    return a.symbols->text(left.name) == b.symbols->text(right.name) &&
           a.symbols->text(left.value) == b.symbols->text(right.value);
  });
}

uint64_t column_hash(const FoundStretch& stretch, uint32_t column) {
  return stretch.symbols->label_set_hash(stretch.shape.columns[column]);
}

void append_labels(std::vector<Label>& out, const FoundStretch& stretch, std::span<const LabelRef> refs) {
  for (const LabelRef& ref : refs) {
    out.push_back(
        {std::string(stretch.symbols->text(ref.name)), std::string(stretch.symbols->text(ref.value))});
  }
}

Labels labels_of(const FoundStretch& stretch, uint32_t column) {
  std::vector<Label> labels;
  append_labels(labels, stretch, stretch.group_labels);
  append_labels(labels, stretch, stretch.symbols->label_set(stretch.shape.columns[column]));
  return Labels(std::move(labels));
}

// One group, or one series that is a group of its own.
struct Group {
  struct Part {
    size_t stretch = 0;
    // The column of each series; empty: series k is the k-th of the stretch's columns.
    std::vector<uint32_t> columns;
  };
  std::vector<Part> parts;  // ascending in time unless merged
  size_t series_count = 0;
  // Parts may overlap; of equal times the later part wins, but an end never over a sample: the series went on
  // elsewhere.
  bool is_merged = false;
};

struct Sample {
  int64_t time_ms;
  double value;
};

class JoinedSelection final : public storage::Selection {
 public:
  JoinedSelection(std::vector<FoundStretch> found, std::vector<std::shared_ptr<const void>> pins)
      : found_(std::move(found)), pins_(std::move(pins)) {}

  void add(Group group) {
    const bool stale = !group.is_merged && found_[group.parts.front().stretch].absence_is_stale;
    const size_t begin = series_count();
    public_groups_.push_back({begin, begin + group.series_count, stale});
    groups_.push_back(std::move(group));
  }
  const std::vector<FoundStretch>& found() const { return found_; }
  std::vector<Group> take_groups() {
    public_groups_.clear();
    return std::exchange(groups_, {});
  }

  std::span<const storage::SelectedGroup> groups() const override { return public_groups_; }
  size_t series_count() const override {
    return public_groups_.empty() ? 0 : public_groups_.back().series_end;
  }

  Labels labels(size_t series) const override {
    const auto [group, index] = locate(series);
    for (const Group::Part& part : groups_[group].parts) {
      const uint32_t column = column_of(part, index);
      if (column != kNoColumn) return labels_of(found_[part.stretch], column);
    }
    return {};
  }

  Status read_times(size_t index, std::vector<int64_t>& times_ms) const override {
    times_ms.clear();
    const Group& group = groups_[index];
    if (group.is_merged) {
      auto samples = read_merged(group);
      if (!samples) return samples.error();
      for (const Sample& sample : *samples) times_ms.push_back(sample.time_ms);
      return Ok{};
    }
    for (const Group::Part& part : group.parts) {
      if (auto read = found_[part.stretch].rows->read_times(times_ms); !read) return read;
    }
    return Ok{};
  }

  Status read_column(size_t series, storage::Column& column) const override {
    const auto [group_index, index] = locate(series);
    const Group& group = groups_[group_index];
    if (group.is_merged) return read_merged_column(group, column);
    for (unsigned stage = 0; stage < std::size(kPrefetchDistances); ++stage) {
      prefetch(series + kPrefetchDistances[stage], group_index, stage);
    }
    size_t row_count = 0;
    for (const Group::Part& part : group.parts) row_count += found_[part.stretch].rows->row_count();
    column.values.resize(row_count);
    column.present.assign((row_count + 63) / 64 + 1, 0);  // a spare word: stretches write whole words
    size_t at = 0;
    for (const Group::Part& part : group.parts) {
      const Stretch& rows = *found_[part.stretch].rows;
      const uint32_t from = column_of(part, index);
      if (from == kNoColumn) {
        std::fill_n(column.values.begin() + static_cast<ptrdiff_t>(at), rows.row_count(), 0.0);
      } else if (auto read = rows.read_column(from, column.values.data() + at, column.present.data(), at);
                 !read) {
        return read;
      }
      at += rows.row_count();
    }
    drop_full_bitmap(column);
    return Ok{};
  }

 private:
  struct Place {
    size_t group;
    size_t series;  // within the group
  };

  Place locate(size_t series) const {
    const auto after =
        std::ranges::upper_bound(public_groups_, series, {}, &storage::SelectedGroup::series_begin);
    const auto group = static_cast<size_t>(after - public_groups_.begin()) - 1;
    return {group, series - public_groups_[group].series_begin};
  }

  uint32_t column_of(const Group::Part& part, size_t index) const {
    return part.columns.empty() ? (*found_[part.stretch].columns)[index] : part.columns[index];
  }

  // Series are read in ascending order as a rule, so that the group of one further on is near.
  void prefetch(size_t series, size_t near_group, unsigned stage) const {
    while (near_group < public_groups_.size() && public_groups_[near_group].series_end <= series)
      ++near_group;
    if (near_group >= groups_.size() || groups_[near_group].is_merged) return;
    const size_t index = series - public_groups_[near_group].series_begin;
    for (const Group::Part& part : groups_[near_group].parts) {
      const uint32_t column = column_of(part, index);
      if (column != kNoColumn) found_[part.stretch].rows->prefetch(column, stage);
    }
  }

  static void drop_full_bitmap(storage::Column& column) {
    const size_t count = column.values.size();
    bool is_full = true;
    for (size_t word = 0; word * 64 < count && is_full; ++word) {
      const size_t bits = std::min<size_t>(64, count - word * 64);
      const uint64_t all = bits == 64 ? ~0ULL : (1ULL << bits) - 1;
      is_full = (column.present[word] & all) == all;
    }
    if (is_full) column.present.clear();
  }

  // Appends the part's samples; where absence ends a series, the end becomes a stale marker.
  Status append_samples(const Group::Part& part, std::vector<Sample>& out) const {
    const FoundStretch& found = found_[part.stretch];
    const size_t count = found.rows->row_count();
    std::vector<int64_t> times_ms;
    std::vector<double> values(count);
    std::vector<uint64_t> present(count / 64 + 2);
    if (auto read = found.rows->read_times(times_ms); !read) return read;
    if (auto read = found.rows->read_column(column_of(part, 0), values.data(), present.data(), 0); !read)
      return read;
    bool was_present = false;
    for (size_t i = 0; i < count; ++i) {
      const bool is_present = ((present[i / 64] >> (i % 64)) & 1) != 0;
      if (is_present) {
        out.push_back({times_ms[i], values[i]});
      } else if (was_present && found.absence_is_stale) {
        out.push_back({times_ms[i], std::bit_cast<double>(storage::kStaleNanBits)});
      }
      was_present = is_present;
    }
    return Ok{};
  }

  Result<std::vector<Sample>> read_merged(const Group& group) const {
    std::vector<Sample> samples;
    for (const Group::Part& part : group.parts) {
      if (auto read = append_samples(part, samples); !read) return read.error();
    }
    // Stable, so that of equal times the later part's sample is the last.
    std::ranges::stable_sort(samples, {}, [](const Sample& sample) {
      const bool is_end = std::bit_cast<uint64_t>(sample.value) == storage::kStaleNanBits;
      return std::pair(sample.time_ms, !is_end);
    });
    const auto kept = std::unique(samples.rbegin(), samples.rend(),
                                  [](const Sample& a, const Sample& b) { return a.time_ms == b.time_ms; });
    samples.erase(samples.begin(), kept.base());
    return samples;
  }

  Status read_merged_column(const Group& group, storage::Column& column) const {
    auto samples = read_merged(group);
    if (!samples) return samples.error();
    column.present.clear();
    column.values.clear();
    for (const Sample& sample : *samples) column.values.push_back(sample.value);
    return Ok{};
  }

  std::vector<FoundStretch> found_;
  std::vector<std::shared_ptr<const void>> pins_;
  std::vector<Group> groups_;
  std::vector<storage::SelectedGroup> public_groups_;
};

bool same_columns(const FoundStretch& a, const FoundStretch& b) {
  if (a.columns == b.columns && a.shape.hash == b.shape.hash) return true;
  return std::ranges::equal(*a.columns, *b.columns,
                            [&](uint32_t x, uint32_t y) { return column_hash(a, x) == column_hash(b, y); });
}

// The union of the stretches' columns; within a group a column's hash stands for its labels.
Group join(const std::vector<FoundStretch>& found, std::span<const size_t> stretches) {
  Group group;
  const FoundStretch& first = found[stretches.front()];
  group.series_count = first.columns->size();
  const bool all_same =
      std::ranges::all_of(stretches, [&](size_t other) { return same_columns(first, found[other]); });
  std::unordered_map<uint64_t, uint32_t> series_of;
  if (!all_same) {
    for (const size_t index : stretches) {
      for (const uint32_t column : *found[index].columns) {
        series_of.try_emplace(column_hash(found[index], column), static_cast<uint32_t>(series_of.size()));
      }
    }
    group.series_count = series_of.size();
  }
  for (const size_t index : stretches) {
    Group::Part& part = group.parts.emplace_back();
    part.stretch = index;
    if (all_same) continue;
    part.columns.assign(group.series_count, kNoColumn);
    for (const uint32_t column : *found[index].columns) {
      part.columns[series_of.at(column_hash(found[index], column))] = column;
    }
  }
  return group;
}

bool overlap(const std::vector<FoundStretch>& found, std::span<const size_t> sorted) {
  for (size_t i = 1; i < sorted.size(); ++i) {
    if (found[sorted[i]].time_min_ms <= found[sorted[i - 1]].time_max_ms) return true;
  }
  return false;
}

uint64_t names_hash(const FoundStretch& found) {
  uint64_t hash = 0;
  for (const LabelRef& label : found.group_labels) hash += hash_bytes(found.symbols->text(label.name));
  return hash;
}

// Two groups can only share a series when their labels have different names (or they are alike but for their
// options).
bool may_share_series(const std::vector<FoundStretch>& found, const std::vector<Group>& groups) {
  std::unordered_set<uint64_t> hashes;
  const uint64_t names = groups.empty() ? 0 : names_hash(found[groups.front().parts.front().stretch]);
  return std::ranges::any_of(groups, [&](const Group& group) {
    const FoundStretch& first = found[group.parts.front().stretch];
    return !hashes.insert(first.group_hash).second || names_hash(first) != names;
  });
}

using SeriesParts = std::unordered_map<uint64_t, std::vector<Group::Part>>;

uint32_t part_column(const std::vector<FoundStretch>& found, const Group::Part& part, size_t series) {
  return part.columns.empty() ? (*found[part.stretch].columns)[series] : part.columns[series];
}

// Takes the series that need merging out of their groups.
void split_merged(JoinedSelection& selection) {
  const auto& found = selection.found();
  std::vector<Group> groups = selection.take_groups();
  std::unordered_map<uint64_t, unsigned> owners;  // of a series' whole hash
  const auto hash_of = [&](const Group& group, size_t series) {
    for (const Group::Part& part : group.parts) {
      const uint32_t column = part_column(found, part, series);
      if (column != kNoColumn)
        return found[part.stretch].group_hash + column_hash(found[part.stretch], column);
    }
    return uint64_t{0};
  };
  for (const Group& group : groups) {
    for (size_t series = 0; series < group.series_count; ++series) {
      owners[hash_of(group, series)] += group.is_merged ? 2 : 1;
    }
  }
  SeriesParts merged;
  for (Group& group : groups) {
    std::vector<size_t> kept;
    for (size_t series = 0; series < group.series_count; ++series) {
      const uint64_t hash = hash_of(group, series);
      if (owners[hash] == 1) {
        kept.push_back(series);
        continue;
      }
      for (const Group::Part& part : group.parts) {
        const uint32_t column = part_column(found, part, series);
        if (column != kNoColumn) merged[hash].push_back({part.stretch, {column}});
      }
    }
    if (kept.empty()) continue;
    for (Group::Part& part : group.parts) {
      std::vector<uint32_t> columns;
      for (const size_t series : kept) columns.push_back(part_column(found, part, series));
      part.columns = std::move(columns);
    }
    group.series_count = kept.size();
    selection.add(std::move(group));
  }
  for (auto& [hash, parts] : merged) {
    Group group;
    // Found order is blocks, oldest first, then the head: the later source wins.
    std::ranges::sort(parts, {}, &Group::Part::stretch);
    group.parts = std::move(parts);
    group.series_count = 1;
    group.is_merged = true;
    selection.add(std::move(group));
  }
}

}  // namespace

std::unique_ptr<storage::Selection> make_selection(std::vector<FoundStretch> found,
                                                   std::vector<std::shared_ptr<const void>> pins) {
  // Stretches of one group, by the hash of its labels; the rare collision is told apart by comparing.
  std::unordered_map<uint64_t, std::vector<size_t>> groups_of_hash;
  std::vector<std::vector<size_t>> stretches;
  for (size_t i = 0; i < found.size(); ++i) {
    auto& candidates = groups_of_hash[found[i].group_hash];
    const auto mine = std::ranges::find_if(candidates, [&](size_t group) {
      const FoundStretch& other = found[stretches[group].front()];
      return other.absence_is_stale == found[i].absence_is_stale && same_labels(other, found[i]);
    });
    if (mine != candidates.end()) {
      stretches[*mine].push_back(i);
    } else {
      candidates.push_back(stretches.size());
      stretches.push_back({i});
    }
  }
  auto selection = std::make_unique<JoinedSelection>(std::move(found), std::move(pins));
  std::vector<Group> groups;
  bool any_overlap = false;
  for (auto& members : stretches) {
    const auto& all = selection->found();
    std::ranges::stable_sort(members, {}, [&](size_t index) { return all[index].time_min_ms; });
    Group group = join(all, members);
    group.is_merged = overlap(all, members);
    any_overlap |= group.is_merged;
    groups.push_back(std::move(group));
  }
  const bool needs_split = any_overlap || may_share_series(selection->found(), groups);
  for (Group& group : groups) selection->add(std::move(group));
  if (needs_split) split_merged(*selection);
  return selection;
}

}  // namespace sonde::tsdb
