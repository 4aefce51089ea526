#pragma once
// Small pieces of memory of sizes that are known again when they are given back, out of arenas: no header per
// piece, and what is given back is the next one's of its size. One thread at a time.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace sonde::tsdb {

class BytePool {
 public:
  BytePool() = default;
  BytePool(const BytePool&) = delete;
  BytePool& operator=(const BytePool&) = delete;
  ~BytePool() {
    for (std::byte* piece : large_) delete[] piece;
  }

  // Aligned for 8 bytes; null for none.
  std::byte* take(size_t size_bytes) {
    if (size_bytes == 0) return nullptr;
    const size_t units = units_of(size_bytes);
    if (units > kUnitsMax) return take_large(size_bytes);
    auto& free = free_[units - 1];
    if (free.empty()) return cut(units * kUnitBytes);
    std::byte* const piece = free.back();
    free.pop_back();
    return piece;
  }
  void give_back(std::byte* piece, size_t size_bytes) {
    if (piece == nullptr) return;
    const size_t units = units_of(size_bytes);
    if (units <= kUnitsMax) return free_[units - 1].push_back(piece);
    std::erase(large_, piece);
    memory_bytes_ -= size_bytes;
    delete[] piece;
  }

  uint64_t memory_bytes() const { return memory_bytes_; }

 private:
  static constexpr size_t kUnitBytes = 8;
  static constexpr size_t kUnitsMax = 64;
  static constexpr size_t kArenaBytes = 32 * 1024;

  static size_t units_of(size_t size_bytes) { return (size_bytes + kUnitBytes - 1) / kUnitBytes; }

  std::byte* take_large(size_t size_bytes) {
    large_.push_back(new std::byte[size_bytes]);
    memory_bytes_ += size_bytes;
    return large_.back();
  }
  std::byte* cut(size_t size_bytes) {
    if (arena_left_ < size_bytes) {
      // What is left is of use for smaller pieces.
      if (arena_left_ > 0) free_[arena_left_ / kUnitBytes - 1].push_back(arena_at_);
      arenas_.push_back(std::make_unique_for_overwrite<std::byte[]>(kArenaBytes));
      arena_at_ = arenas_.back().get();
      arena_left_ = kArenaBytes;
      memory_bytes_ += kArenaBytes;
    }
    std::byte* const piece = arena_at_;
    arena_at_ += size_bytes;
    arena_left_ -= size_bytes;
    return piece;
  }

  std::array<std::vector<std::byte*>, kUnitsMax> free_;
  std::vector<std::unique_ptr<std::byte[]>> arenas_;
  std::vector<std::byte*> large_;
  std::byte* arena_at_ = nullptr;
  size_t arena_left_ = 0;
  uint64_t memory_bytes_ = 0;
};

}  // namespace sonde::tsdb
