#pragma once
// Blocks of one size for open tails, in arenas of 4 KB pages that are never given back, so that a block freed
// by one group's seal is the next one's. Under the owner's lock.

#include <cstddef>
#include <memory>
#include <vector>

namespace sonde::tsdb {

class TailPool {
 public:
  explicit TailPool(size_t block_bytes) : block_bytes_(block_bytes) {}

  size_t block_bytes() const { return block_bytes_; }
  uint64_t memory_bytes() const { return arenas_.size() * kArenaBytes; }

  std::byte* take() {
    if (free_.empty()) grow();
    std::byte* block = free_.back();
    free_.pop_back();
    return block;
  }
  void give_back(std::byte* block) { free_.push_back(block); }

 private:
  static constexpr size_t kArenaBytes = 128 * 1024;

  void grow() {
    arenas_.push_back(std::make_unique_for_overwrite<std::byte[]>(kArenaBytes));
    for (size_t end = kArenaBytes; end >= block_bytes_; end -= block_bytes_) {
      free_.push_back(arenas_.back().get() + (end - block_bytes_));
    }
  }

  const size_t block_bytes_;
  std::vector<std::unique_ptr<std::byte[]>> arenas_;
  std::vector<std::byte*> free_;
};

}  // namespace sonde::tsdb
