#pragma once
// Which group has a series: an open-addressing table from a series' hash to its group. One cache line per
// look-up as a rule, 16 bytes per slot, so that a push costs the same with a million series stored. One
// thread.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sonde::pushgateway {

class SeriesTable {
 public:
  using Owner = const void*;  // compared only; nullptr marks a free slot

  // The series' owner, or nullptr.
  Owner find(uint64_t hash) const;
  // Sets the owner, whoever had it before.
  void set(uint64_t hash, Owner owner);
  // Forgets the series if it is this owner's.
  void erase(uint64_t hash, Owner owner);
  void clear();
  size_t size() const { return used_; }

 private:
  struct Slot {
    uint64_t hash = 0;
    Owner owner = nullptr;
  };
  size_t index_of(uint64_t hash) const;
  void grow();

  std::vector<Slot> slots_;  // a power of two, or none
  size_t used_ = 0;
};

}  // namespace sonde::pushgateway
