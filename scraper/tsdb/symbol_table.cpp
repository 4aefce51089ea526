#include "scraper/tsdb/symbol_table.h"

#include <xxhash.h>

#include <algorithm>
#include <mutex>
#include <utility>

namespace sonde::tsdb {
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
const T* SymbolTable::keep(std::span<const T> items) {
  auto* const at = reinterpret_cast<T*>(pool_.take(items.size_bytes()));
  std::ranges::copy(items, at);
  return at;
}

// A new one under an id that is free, or under the next.
template <class Item>
uint32_t SymbolTable::place(AppendOnlyArray<Item>& items, std::vector<uint32_t>& free, Item item) {
  if (free.empty()) return static_cast<uint32_t>(items.append(std::move(item)));
  const uint32_t id = free.back();
  free.pop_back();
  item.life.version = items[id].life.version + 1;
  items[id] = std::move(item);
  return id;
}

// ---- strings

SymbolId SymbolTable::find(std::string_view text) const {
  const std::shared_lock lock(mutex_);
  return text_index_.find(hash_bytes(text), [&](uint32_t id) {
    return texts_[id].life.references > 0 && view_of(texts_[id]) == text;
  });
}

SymbolId SymbolTable::intern(std::string_view text) {
  const std::unique_lock lock(mutex_);
  return intern_locked(text);
}

SymbolId SymbolTable::intern_locked(std::string_view text) {
  const uint64_t hash = hash_bytes(text);
  const auto equals = [&](uint32_t id) { return view_of(texts_[id]) == text; };
  SymbolId id = text_index_.find(hash, equals);
  if (id == kNoId) {
    id = place(texts_, free_texts_,
               Text{keep(std::span<const char>(text)), static_cast<uint32_t>(text.size()), {}});
    text_index_.insert(hash, id, [&](uint32_t other) { return hash_bytes(view_of(texts_[other])); });
  }
  ++texts_[id].life.references;
  return id;
}

// ---- label sets

LabelSetId SymbolTable::find_set(const Labels& labels, uint64_t hash) const {
  return set_index_.find(hash, [&](uint32_t id) {
    return std::ranges::equal(label_set(id), labels, [&](const LabelRef& ref, const Label& label) {
      return text(ref.name) == label.name && text(ref.value) == label.value;
    });
  });
}

LabelSetId SymbolTable::intern(const Labels& labels) {
  const uint64_t hash = hash_labels(labels);
  const std::unique_lock lock(mutex_);
  LabelSetId id = find_set(labels, hash);
  if (id == kNoId) {
    std::vector<LabelRef> refs;
    refs.reserve(labels.size());
    for (const Label& label : labels) refs.push_back({intern_locked(label.name), intern_locked(label.value)});
    id = place(sets_, free_sets_,
               Set{keep(std::span<const LabelRef>(refs)), hash, static_cast<uint32_t>(refs.size()), {}});
    set_index_.insert(hash, id, [&](uint32_t other) { return sets_[other].hash; });
  }
  ++sets_[id].life.references;
  return id;
}

void SymbolTable::add_references(std::span<const LabelSetId> sets) {
  const std::unique_lock lock(mutex_);
  for (const LabelSetId id : sets) ++sets_[id].life.references;
}

void SymbolTable::release(std::span<const LabelSetId> sets) {
  const std::unique_lock lock(mutex_);
  for (const LabelSetId id : sets) end_reference(sets_[id].life, id, ended_sets_);
}

// ---- freeing

void SymbolTable::end_reference(Life& life, uint32_t id, std::vector<uint32_t>& ended) {
  if (--life.references > 0) return;
  life.ended = epoch_;
  ended.push_back(id);
}

uint32_t SymbolTable::mark() {
  const std::unique_lock lock(mutex_);
  return ++epoch_;
}

void SymbolTable::reclaim(uint32_t mark) {
  const std::unique_lock lock(mutex_);
  const auto free_ended = [mark](auto& items, std::vector<uint32_t>& ended, auto&& free) {
    std::erase_if(ended, [&](uint32_t id) {
      const Life& life = items[id].life;
      if (life.references > 0 || life.ended == kFree) return true;
      if (life.ended >= mark) return false;
      free(id);
      return true;
    });
  };
  free_ended(sets_, ended_sets_, [this](LabelSetId id) { free_set(id); });
  free_ended(texts_, ended_texts_, [this](SymbolId id) { free_text(id); });
}

void SymbolTable::free_set(LabelSetId id) {
  Set& set = sets_[id];
  set_index_.erase(set.hash, id, [&](uint32_t other) { return sets_[other].hash; });
  const std::span<const LabelRef> labels = label_set(id);
  for (const LabelRef& label : labels) {
    end_reference(texts_[label.name].life, label.name, ended_texts_);
    end_reference(texts_[label.value].life, label.value, ended_texts_);
  }
  pool_.give_back(reinterpret_cast<std::byte*>(const_cast<LabelRef*>(set.labels)), labels.size_bytes());
  set.labels = nullptr;
  set.count = 0;
  set.life.ended = kFree;
  free_sets_.push_back(id);
}

void SymbolTable::free_text(SymbolId id) {
  Text& text = texts_[id];
  const auto hash_of = [&](uint32_t other) { return hash_bytes(view_of(texts_[other])); };
  text_index_.erase(hash_of(id), id, hash_of);
  pool_.give_back(reinterpret_cast<std::byte*>(const_cast<char*>(text.bytes)), text.size_bytes);
  text.bytes = nullptr;
  text.size_bytes = 0;
  text.life.ended = kFree;
  free_texts_.push_back(id);
}

size_t SymbolTable::size() const {
  const std::shared_lock lock(mutex_);
  return texts_.size() - free_texts_.size();
}

size_t SymbolTable::label_set_count() const {
  const std::shared_lock lock(mutex_);
  return sets_.size() - free_sets_.size();
}

uint64_t SymbolTable::memory_bytes() const {
  const std::shared_lock lock(mutex_);
  return pool_.memory_bytes() + texts_.size() * sizeof(Text) + sets_.size() * sizeof(Set) +
         text_index_.memory_bytes() + set_index_.memory_bytes();
}

}  // namespace sonde::tsdb
