#pragma once
// An array that only grows, whose elements never move, and which any thread may read without a lock. One
// writer at a time (the owner's lock). An index may be read once the writer has handed it out by some
// synchronising means.

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>
#include <utility>

namespace sonde::tsdb {

template <class T>
class AppendOnlyArray {
 public:
  AppendOnlyArray() = default;
  AppendOnlyArray(const AppendOnlyArray&) = delete;
  AppendOnlyArray& operator=(const AppendOnlyArray&) = delete;
  ~AppendOnlyArray() {
    for (auto& chunk : chunks_) std::unique_ptr<T[]>(chunk.load(std::memory_order_relaxed)).reset();
  }

  size_t size() const { return size_.load(std::memory_order_acquire); }

  T& operator[](size_t index) { return *locate(index); }
  const T& operator[](size_t index) const { return *const_cast<AppendOnlyArray*>(this)->locate(index); }

  template <class Value>
  size_t append(Value&& value) {
    const size_t index = size_.load(std::memory_order_relaxed);
    const size_t chunk = chunk_of(index);
    if (chunks_[chunk].load(std::memory_order_relaxed) == nullptr) {
      chunks_[chunk].store(std::make_unique<T[]>(kFirstChunk << chunk).release(), std::memory_order_release);
    }
    *locate(index) = std::forward<Value>(value);
    size_.store(index + 1, std::memory_order_release);
    return index;
  }

 private:
  static constexpr size_t kFirstChunk = 256;  // Chunk k has 256 << k elements.

  static size_t chunk_of(size_t index) {
    return static_cast<size_t>(std::bit_width(index / kFirstChunk + 1)) - 1;
  }
  T* locate(size_t index) {
    const size_t chunk = chunk_of(index);
    return chunks_[chunk].load(std::memory_order_acquire) +
           (index - kFirstChunk * ((size_t{1} << chunk) - 1));
  }

  std::array<std::atomic<T*>, 40> chunks_{};
  std::atomic<size_t> size_{0};
};

}  // namespace sonde::tsdb
