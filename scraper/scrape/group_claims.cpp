#include "scraper/scrape/group_claims.h"

namespace sonde::scrape {

bool GroupClaims::claim(const Labels& group, uint64_t loop_id) {
  MutexLock lock(mutex_);
  Owner& owner = owners_[group];
  if (owner.loop_id != 0 && owner.loop_id != loop_id && !owner.leaving) {
    if (!owner.stray) return false;
    taken_count_.fetch_add(1, std::memory_order_relaxed);
  }
  owner = {.loop_id = loop_id, .leaving = false, .stray = false};
  return true;
}

bool GroupClaims::claim_stray(const Labels& group, uint64_t loop_id) {
  MutexLock lock(mutex_);
  Owner& owner = owners_[group];
  const bool is_mine = owner.stray && owner.loop_id == loop_id;
  if (owner.loop_id != 0 && !is_mine && !owner.leaving) return false;
  owner = {.loop_id = loop_id, .leaving = false, .stray = true};
  return true;
}

void GroupClaims::leave(const Labels& group, uint64_t loop_id) {
  MutexLock lock(mutex_);
  const auto it = owners_.find(group);
  if (it != owners_.end() && it->second.loop_id == loop_id) it->second.leaving = true;
}

bool GroupClaims::release(const Labels& group, uint64_t loop_id) {
  MutexLock lock(mutex_);
  const auto it = owners_.find(group);
  if (it == owners_.end() || it->second.loop_id != loop_id) return false;
  owners_.erase(it);
  return true;
}

}  // namespace sonde::scrape
