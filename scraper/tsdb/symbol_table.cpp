#include "scraper/tsdb/symbol_table.h"

#include <xxhash.h>

#include <algorithm>
#include <mutex>

namespace sonde::tsdb {
namespace {

constexpr size_t kArenaBytes = 32 * 1024;

}  // namespace

uint64_t hash_bytes(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

uint64_t hash_label(std::string_view name, std::string_view value) {
  return XXH3_64bits_withSeed(value.data(), value.size(), hash_bytes(name));
}

uint64_t hash_labels(const Labels& labels) {
  uint64_t hash = 0;
  for (const Label& label : labels) hash += hash_label(label.name, label.value);
  return hash;
}

template <class T>
const T* SymbolTable::keep(std::vector<std::unique_ptr<T[]>>& arenas, size_t& free,
                           std::span<const T> items) {
  if (items.size() > free || arenas.empty()) {
    free = std::max(kArenaBytes / sizeof(T), items.size());
    arenas.push_back(std::make_unique_for_overwrite<T[]>(free));
    arena_bytes_ += free * sizeof(T);
    // The newest arena is filled from its end, so that `free` alone says where.
  }
  T* const at = arenas.back().get() + (free - items.size());
  std::ranges::copy(items, at);
  free -= items.size();
  return at;
}

SymbolId SymbolTable::find(std::string_view text) const {
  const std::shared_lock lock(mutex_);
  return text_index_.find(hash_bytes(text), [&](uint32_t id) { return texts_[id] == text; });
}

SymbolId SymbolTable::intern(std::string_view text) {
  if (const SymbolId id = find(text); id != kNoId) return id;
  const std::unique_lock lock(mutex_);
  return intern_locked(text);
}

SymbolId SymbolTable::intern_locked(std::string_view text) {
  const uint64_t hash = hash_bytes(text);
  const auto equals = [&](uint32_t id) { return texts_[id] == text; };
  if (const SymbolId id = text_index_.find(hash, equals); id != kNoId) return id;
  const char* kept = keep(text_arenas_, text_free_, std::span<const char>(text));
  const auto id = static_cast<SymbolId>(texts_.append(std::string_view(kept, text.size())));
  text_index_.insert(hash, id, [&](uint32_t other) { return hash_bytes(texts_[other]); });
  return id;
}

LabelSetId SymbolTable::intern(const Labels& labels) {
  const uint64_t hash = hash_labels(labels);
  const auto equals = [&](uint32_t id) {
    const auto refs = label_set(id);
    return std::ranges::equal(refs, labels, [&](const LabelRef& ref, const Label& label) {
      return text(ref.name) == label.name && text(ref.value) == label.value;
    });
  };
  {
    const std::shared_lock lock(mutex_);
    if (const LabelSetId id = set_index_.find(hash, equals); id != kNoId) return id;
  }
  const std::unique_lock lock(mutex_);
  if (const LabelSetId id = set_index_.find(hash, equals); id != kNoId) return id;
  std::vector<LabelRef> refs;
  refs.reserve(labels.size());
  for (const Label& label : labels) refs.push_back({intern_locked(label.name), intern_locked(label.value)});
  const LabelRef* kept = keep(set_arenas_, set_free_, std::span<const LabelRef>(refs));
  const auto id = static_cast<LabelSetId>(sets_.append(Set{kept, static_cast<uint32_t>(refs.size()), hash}));
  set_index_.insert(hash, id, [&](uint32_t other) { return sets_[other].hash; });
  return id;
}

uint64_t SymbolTable::memory_bytes() const {
  const std::shared_lock lock(mutex_);
  return arena_bytes_ + texts_.size() * sizeof(std::string_view) + sets_.size() * sizeof(Set) +
         text_index_.memory_bytes() + set_index_.memory_bytes();
}

}  // namespace sonde::tsdb
