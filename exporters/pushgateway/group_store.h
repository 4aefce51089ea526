#pragma once
// The groups that were pushed, each family rendered once at its push. A push costs what it brings and not
// what is stored: types and series are indexed over all groups, so that the consistency check is a look-up.
// One thread.

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/core/result.h"
#include "exporters/pushgateway/grouping_key.h"
#include "exporters/pushgateway/pushed_family.h"

namespace sonde::pushgateway {

enum class PushMode : uint8_t {
  ReplaceGroup,     // PUT: what is not in this push goes
  ReplaceFamilies,  // POST: families of other names stay
};

class GroupStore {
 public:
  struct Family {
    MetricType type = MetricType::Untyped;
    std::string help;
    std::string lines;             // rendered samples, each with its newline
    std::vector<uint64_t> series;  // hashes of the samples' name and labels
    double pushed_at_seconds = 0;
  };
  struct Group {
    std::string id;  // the key as text, unique
    GroupingKey key;
    std::map<std::string, Family, std::less<>> families;
    double push_time_seconds = 0;  // 0: never
    double push_failure_time_seconds = 0;
  };

  // `own` are the families that the gateway itself exposes: a push may not give them another type.
  explicit GroupStore(std::map<std::string, MetricType, std::less<>> own);

  // Checks against everything stored and applies, or changes nothing but the group's failure time.
  Status push(const GroupingKey& key, std::vector<PushedFamily> families, PushMode mode, double now_seconds,
              bool check_consistency = true);
  // A push that could not even be read: the group (made if new) remembers when.
  void mark_failure(const GroupingKey& key, double now_seconds);
  // Deletes the group with exactly this key; an absent one is no error.
  void remove(const GroupingKey& key);
  void wipe();

  // Appends all families in text 0.0.4, sorted by name, push times included.
  void render(std::string& out) const;

  const std::map<std::string, Group>& groups() const { return groups_; }
  // Counts changes, so that persistence knows whether there is something to write.
  uint64_t version() const { return version_; }
  // Puts a group back as it was persisted.
  void restore(const GroupingKey& key, std::vector<PushedFamily> families, double push_time_seconds,
               double push_failure_time_seconds);

 private:
  // A family name over all groups: its type and the groups that have it, by key.
  struct NameIndex {
    MetricType type = MetricType::Untyped;
    std::map<std::string_view, const Family*> by_group;  // Keys point into groups_.
  };
  Status check_family(const std::string& group_id, const PushedFamily& family,
                      const std::vector<uint64_t>& series) const;
  void insert_family(Group& group, PushedFamily family, double now_seconds);
  void erase_family(Group& group, std::map<std::string, Family, std::less<>>::iterator family);
  void erase_families(Group& group);
  Group& find_group(const GroupingKey& key);
  void render_times(std::string& out, std::string_view name, std::string_view help,
                    double Group::*time) const;

  std::map<std::string, MetricType, std::less<>> own_;
  std::map<std::string, Group> groups_;  // by id: the labels as text
  std::map<std::string, NameIndex, std::less<>> names_;
  std::unordered_map<uint64_t, const Group*> series_;
  uint64_t version_ = 0;
};

// HELP, TYPE and lines of one family.
void append_family(std::string& out, std::string_view name, const GroupStore::Family& family);

// `name{labels} value` lines as the text format writes them.
void render_sample(std::string& out, std::string_view name, const PushedSample& sample);

}  // namespace sonde::pushgateway
