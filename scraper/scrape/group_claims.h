#pragma once
// Which loop writes which group: a group has one writer at a time, and two targets may come to the same
// labels. Any thread.

#include <cstdint>
#include <unordered_map>

#include "common/core/mutex.h"
#include "common/metrics/labels.h"

namespace sonde::scrape {

class GroupClaims {
 public:
  // True when the group is the loop's from now on: it was free, its own, or left by a loop that is ending.
  bool claim(const Labels& group, uint64_t loop_id);
  // The loop writes no more, but its stale marker is still to come unless somebody takes over.
  void leave(const Labels& group, uint64_t loop_id);
  // Gives the group up. True when it was still the loop's.
  bool release(const Labels& group, uint64_t loop_id);

 private:
  struct Owner {
    uint64_t loop_id = 0;
    bool leaving = false;
  };
  Mutex mutex_;
  std::unordered_map<Labels, Owner, LabelsHash> owners_ GUARDED_BY(mutex_);
};

}  // namespace sonde::scrape
