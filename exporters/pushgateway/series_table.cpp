#include "exporters/pushgateway/series_table.h"

#include <utility>

namespace sonde::pushgateway {
namespace {

constexpr size_t kSlotsMin = 64;

}  // namespace

// The slot that has the hash, or the free one where it would go.
size_t SeriesTable::index_of(uint64_t hash) const {
  const size_t mask = slots_.size() - 1;
  size_t at = static_cast<size_t>(hash) & mask;
  while (slots_[at].owner != nullptr && slots_[at].hash != hash) at = (at + 1) & mask;
  return at;
}

SeriesTable::Owner SeriesTable::find(uint64_t hash) const {
  return slots_.empty() ? nullptr : slots_[index_of(hash)].owner;
}

void SeriesTable::set(uint64_t hash, Owner owner) {
  if ((used_ + 1) * 4 > slots_.size() * 3) grow();
  Slot& slot = slots_[index_of(hash)];
  if (slot.owner == nullptr) ++used_;
  slot = {hash, owner};
}

void SeriesTable::erase(uint64_t hash, Owner owner) {
  if (slots_.empty()) return;
  size_t hole = index_of(hash);
  if (slots_[hole].owner != owner) return;
  --used_;
  // What was pushed away from its place by the slot moves up, so that no search ends early.
  const size_t mask = slots_.size() - 1;
  for (size_t at = (hole + 1) & mask; slots_[at].owner != nullptr; at = (at + 1) & mask) {
    const size_t home = static_cast<size_t>(slots_[at].hash) & mask;
    if (((at - home) & mask) < ((at - hole) & mask)) continue;
    slots_[hole] = slots_[at];
    hole = at;
  }
  slots_[hole] = {};
}

void SeriesTable::clear() {
  slots_.clear();
  slots_.shrink_to_fit();
  used_ = 0;
}

void SeriesTable::grow() {
  std::vector<Slot> old = std::exchange(slots_, {});
  slots_.resize(old.empty() ? kSlotsMin : old.size() * 2);
  for (const Slot& slot : old) {
    if (slot.owner != nullptr) slots_[index_of(slot.hash)] = slot;
  }
}

}  // namespace sonde::pushgateway
