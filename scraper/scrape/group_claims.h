#pragma once
// Which loop writes which group: two targets may come to the same labels, and honored labels may lead lines
// of one target to the group of another. A target's own group is its own: it takes it from a loop that came
// there by such lines. Any thread.

#include <atomic>
#include <cstdint>
#include <unordered_map>

#include "common/core/mutex.h"
#include "common/metrics/labels.h"

namespace sonde::scrape {

class GroupClaims {
 public:
  // Claims the group of a target. True when it is the loop's from now on: it was free, its own, left by a
  // loop that is ending, or a stray.
  bool claim(const Labels& group, uint64_t loop_id);
  // Claims a group that lines lead to; a target's own is not to be had.
  bool claim_stray(const Labels& group, uint64_t loop_id);
  // How many strays targets have taken; who has strays looks again when it rises.
  uint64_t taken_count() const { return taken_count_.load(std::memory_order_relaxed); }
  // The loop writes no more, but its stale marker is still to come unless somebody takes over.
  void leave(const Labels& group, uint64_t loop_id);
  // Gives the group up. True when it was still the loop's.
  bool release(const Labels& group, uint64_t loop_id);

 private:
  struct Owner {
    uint64_t loop_id = 0;
    bool leaving = false;
    bool stray = false;
  };
  std::atomic<uint64_t> taken_count_{0};
  Mutex mutex_;
  std::unordered_map<Labels, Owner, LabelsHash> owners_ GUARDED_BY(mutex_);
};

}  // namespace sonde::scrape
