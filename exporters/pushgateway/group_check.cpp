// GroupStore::check(): whether a scrape of everything stored and the push would be consistent, as the
// reference's gatherer decides it (client_golang: Gatherers.Gather, checkSuffixCollisions,
// checkMetricConsistency), by look-ups of what the push brings.

#include <algorithm>
#include <array>
#include <string>

#include "common/core/text.h"
#include "exporters/pushgateway/group_store.h"

namespace sonde::pushgateway {
namespace {

constexpr std::array<std::string_view, 3> kParts{"_count", "_sum", "_bucket"};

bool has_part(MetricType type, std::string_view suffix) {
  return type == MetricType::Histogram || (type == MetricType::Summary && suffix != kParts[2]);
}

Error inconsistent(std::string what) {
  return Error(ErrorCode::InvalidArgument,
               "pushed metrics are invalid or inconsistent with existing metrics: " + std::move(what));
}

std::string named(std::string_view name, MetricType type) {
  return quoted(name) + ", a " + std::string(metric_type_name(type)) + ",";
}

}  // namespace

class GroupStore::Check {
 public:
  Check(const GroupStore& store, const GroupingKey& key, const std::vector<Named>& prepared, PushMode mode)
      : store_(store), group_(store.find(key)), mode_(mode) {
    pushed_.reserve(prepared.size());
    for (const auto& [name, family] : prepared) pushed_.emplace_back(name, family.type);
    std::ranges::sort(pushed_);
  }

  Status family(const PushedFamily& pushed, const Family& family) const {
    if (auto checked = type(pushed.name, family.type); !checked) return checked;
    if (auto checked = collisions(pushed.name, family.type); !checked) return checked;
    return series(pushed, family);
  }

 private:
  using Pushed = std::pair<std::string_view, MetricType>;
  // The type of the family of this name that a scrape would see beside the push; nullopt where there is none.
  std::optional<MetricType> stored(std::string_view name) const {
    if (const auto own = store_.own_.find(name); own != store_.own_.end()) return own->second.type;
    const auto found = store_.names_.find(name);
    if (found == store_.names_.end()) return std::nullopt;
    const auto& groups = found->second.by_group;
    const bool only_ours = groups.size() == 1 && group_ != nullptr && groups.begin()->first == group_->id;
    // What the push replaces no longer counts.
    if (only_ours && (mode_ == PushMode::ReplaceGroup || pushed(name))) return std::nullopt;
    return found->second.type;
  }
  std::optional<MetricType> pushed(std::string_view name) const {
    const auto found = std::ranges::lower_bound(pushed_, name, {}, &Pushed::first);
    const bool is = found != pushed_.end() && found->first == name;
    return is ? std::optional(found->second) : std::nullopt;
  }
  std::optional<MetricType> stored_or_pushed(std::string_view name) const {
    const auto type = stored(name);
    return type ? type : pushed(name);
  }

  Status type(std::string_view name, MetricType type) const {
    const auto other = stored(name);
    if (!other || *other == type) return Ok{};
    const bool own = store_.own_.contains(name);
    return inconsistent("metric family " + quoted(name) + " has type " + std::string(metric_type_name(type)) +
                        " but is a " + std::string(metric_type_name(*other)) +
                        (own ? " of the Pushgateway itself" : " in another group"));
  }

  Status collisions(const std::string& name, MetricType type) const {
    for (const std::string_view suffix : kParts) {
      if (name.ends_with(suffix)) {
        const std::string base = name.substr(0, name.size() - suffix.size());
        const auto other = stored_or_pushed(base);
        if (other && has_part(*other, suffix)) {
          return inconsistent("metric " + named(name, type) + " collides with the parts of " +
                              named(base, *other) + " which is there already");
        }
      }
      if (!has_part(type, suffix)) continue;
      const std::string part = name + std::string(suffix);
      if (const auto other = stored_or_pushed(part)) {
        return inconsistent("the parts of " + named(name, type) + " collide with " + named(part, *other) +
                            " which is there already");
      }
    }
    return Ok{};
  }

  Status series(const PushedFamily& pushed, const Family& family) const {
    // The same series in the same order as at the last push: nothing to look up.
    if (group_ != nullptr) {
      const auto old = group_->families.find(pushed.name);
      if (old != group_->families.end() && old->second.series == family.series) return Ok{};
    }
    std::vector<uint64_t> sorted = family.series;
    std::ranges::sort(sorted);
    const auto twice = std::ranges::adjacent_find(sorted);
    for (size_t i = 0; i < family.series.size(); ++i) {
      const SeriesTable::Owner owner = store_.series_.find(family.series[i]);
      const bool elsewhere = owner != nullptr && owner != group_;
      if (!elsewhere && (twice == sorted.end() || family.series[i] != *twice)) continue;
      return inconsistent("collected metric " + quoted(pushed.name) + " { " +
                          std::string(pushed.labels(pushed.metrics[i])) +
                          " } was collected before with the same name and label values");
    }
    return Ok{};
  }

  const GroupStore& store_;
  const Group* group_;
  std::vector<Pushed> pushed_;  // sorted; the names are the prepared ones'
  PushMode mode_;
};

Status GroupStore::check(const GroupingKey& key, const std::vector<PushedFamily>& families,
                         const std::vector<Named>& prepared, PushMode mode) const {
  const Check check(*this, key, prepared, mode);
  auto pushed = families.begin();
  for (const Named& family : prepared) {
    while (pushed->name != family.first) ++pushed;  // The push times were left out.
    if (auto checked = check.family(*pushed, family.second); !checked) return checked;
  }
  return Ok{};
}

}  // namespace sonde::pushgateway
