#pragma once
// Finds ids by the content they stand for, without storing the content a second time: open addressing over
// ids, with the hash's upper half beside each so that content is compared almost only when it is equal. One
// thread at a time.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sonde::tsdb {

class IdIndex {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  // The id whose content `equals(id)` says is the one sought, or kNone.
  template <class Equals>
  uint32_t find(uint64_t hash, Equals&& equals) const {
    if (slots_.empty()) return kNone;
    for (size_t at = hash & mask();; at = (at + 1) & mask()) {
      const Slot& slot = slots_[at];
      if (slot.id == kNone) return kNone;
      if (slot.hash_high == high(hash) && equals(slot.id)) return slot.id;
    }
  }

  // Adds an id that is not in it. `hash_of(id)` gives the hash of one that is, for growing.
  template <class HashOf>
  void insert(uint64_t hash, uint32_t id, HashOf&& hash_of) {
    if ((count_ + 1) * 4 > slots_.size() * 3) grow(hash_of);
    place(hash, id);
    ++count_;
  }

  // Takes out an id that is in it. `hash_of(id)` gives the hash of one that is.
  template <class HashOf>
  void erase(uint64_t hash, uint32_t id, HashOf&& hash_of) {
    size_t hole = hash & mask();
    while (slots_[hole].id != id) hole = (hole + 1) & mask();
    // What a search passed over the hole moves into it.
    for (size_t at = (hole + 1) & mask(); slots_[at].id != kNone; at = (at + 1) & mask()) {
      const size_t home = hash_of(slots_[at].id) & mask();
      if (((at - home) & mask()) < ((at - hole) & mask())) continue;
      slots_[hole] = slots_[at];
      hole = at;
    }
    slots_[hole] = {};
    --count_;
  }

  size_t memory_bytes() const { return slots_.capacity() * sizeof(Slot); }

 private:
  struct Slot {
    uint32_t id = kNone;
    uint32_t hash_high = 0;
  };

  static uint32_t high(uint64_t hash) { return static_cast<uint32_t>(hash >> 32); }
  size_t mask() const { return slots_.size() - 1; }

  void place(uint64_t hash, uint32_t id) {
    size_t at = hash & mask();
    while (slots_[at].id != kNone) at = (at + 1) & mask();
    slots_[at] = {id, high(hash)};
  }
  template <class HashOf>
  void grow(HashOf&& hash_of) {
    std::vector<Slot> old(slots_.empty() ? 64 : slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.id != kNone) place(hash_of(slot.id), slot.id);
    }
  }

  std::vector<Slot> slots_;
  size_t count_ = 0;
};

}  // namespace sonde::tsdb
