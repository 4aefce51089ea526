#pragma once
// The groups that were pushed, each family rendered once at its push. A push costs what it brings and not
// what is stored: types and series are indexed over all groups, so that the consistency check is a look-up.
// A push is prepared (rendered), checked and applied in three steps, so that it can be written to the journal
// before it is applied. One thread.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/core/result.h"
#include "exporters/pushgateway/grouping_key.h"
#include "exporters/pushgateway/pushed_family.h"
#include "exporters/pushgateway/series_table.h"

namespace sonde::pushgateway {

enum class PushMode : uint8_t {
  ReplaceGroup,     // PUT: what is not in this push goes
  ReplaceFamilies,  // POST: families of other names stay
};

// A family that the gateway itself exposes: a push may not give it another type, and its help wins.
struct OwnFamily {
  MetricType type = MetricType::Untyped;
  std::string_view help;
};
using OwnFamilies = std::map<std::string_view, OwnFamily>;

// Every group's own families.
inline constexpr std::string_view kPushTime = "push_time_seconds";
inline constexpr std::string_view kPushTimeHelp =
    "Last Unix time when changing this group in the Pushgateway succeeded.";
inline constexpr std::string_view kFailureTime = "push_failure_time_seconds";
inline constexpr std::string_view kFailureTimeHelp =
    "Last Unix time when changing this group in the Pushgateway failed.";

class GroupStore {
 public:
  struct Family {
    MetricType type = MetricType::Untyped;
    std::string help;
    bool has_help = false;
    std::string lines;             // rendered samples, each with its newline
    std::vector<uint64_t> series;  // series_hashes()
    double pushed_at_seconds = 0;
  };
  // A family and its name, on its way in.
  using Named = std::pair<std::string, Family>;
  struct Group {
    std::string id;  // the key as text, unique
    GroupingKey key;
    std::string labels;  // as they stand on push_time_seconds
    std::map<std::string, Family, std::less<>> families;
    double push_time_seconds = 0;  // 0: never
    double push_failure_time_seconds = 0;
    std::optional<int64_t> ttl_ms;  // as the last push said; 0: for ever
    double expires_at_seconds = 0;  // 0: never
    size_t series_count = 0;
  };
  struct Times {
    double push_seconds = 0;
    double failure_seconds = 0;
    std::optional<int64_t> ttl_ms{};
  };

  explicit GroupStore(OwnFamilies own);

  // Renders families (those that carry the push times' names are left out, as in the reference).
  static std::vector<Named> prepare(const std::vector<PushedFamily>& families, double now_seconds);

  // Whether a scrape would still be consistent: types, names that collide with a histogram's parts, series
  // that are there already. `families` are what `prepared` was made of.
  Status check(const GroupingKey& key, const std::vector<PushedFamily>& families,
               const std::vector<Named>& prepared, PushMode mode) const;
  // Stores what was prepared and sets the group's times.
  void apply(const GroupingKey& key, std::vector<Named> prepared, PushMode mode, const Times& times);
  // Sets the times of a group, which is made if new.
  void set_times(const GroupingKey& key, const Times& times);
  // Deletes the group with exactly this key; false where there is none.
  bool remove(const GroupingKey& key);
  void wipe();

  // nullptr where there is none; until the store is changed.
  const Group* find(const GroupingKey& key) const;
  const std::map<std::string, Group>& groups() const { return groups_; }
  // The times of the group as they are, zeros for a new one.
  Times times(const GroupingKey& key) const;
  size_t series_count() const { return series_count_; }

  // Time to live of groups whose push did not say, by job; 0: for ever. For what comes later.
  void set_ttl(std::function<int64_t(std::string_view job)> ttl_ms) { ttl_ms_ = std::move(ttl_ms); }
  bool has_expiries() const { return !expiries_.empty(); }
  // Keys of groups whose time is over.
  std::vector<GroupingKey> expired(double now_seconds) const;

  // Appends all families in text 0.0.4, sorted by name, push times included; those of own names with own help.
  void render(std::string& out) const;

 private:
  using Families = std::map<std::string, Family, std::less<>>;
  // A family name over all groups: its type and the groups that have it, by key.
  struct NameIndex {
    MetricType type = MetricType::Untyped;
    std::map<std::string_view, const Family*> by_group;  // Keys point into groups_.
  };
  class Check;
  Group& make_group(const GroupingKey& key);
  void put_family(Group& group, Named named);
  void move_series(Group& group, Family& from, const Family& to);
  Families::iterator erase_family(Group& group, Families::iterator family);
  void set_times(Group& group, const Times& times);
  void render_times(std::string& out, std::string_view name, std::string_view help,
                    double Group::*time) const;

  OwnFamilies own_;
  std::function<int64_t(std::string_view)> ttl_ms_;
  std::map<std::string, Group> groups_;  // by id: the labels as text
  std::map<std::string, NameIndex, std::less<>> names_;
  SeriesTable series_;
  std::set<std::pair<double, const Group*>> expiries_;
  size_t series_count_ = 0;
};

// HELP and TYPE of one family, and with its lines.
void append_family_header(std::string& out, std::string_view name, const GroupStore::Family& family);
void append_family(std::string& out, std::string_view name, const GroupStore::Family& family);

}  // namespace sonde::pushgateway
