#pragma once
// Strings and label sets as numbers, each kept once. Ids are for this process's life and never freed.
// Interning takes a lock; reading by id does not. Content hashes are stable (xxh3), since blocks store them.

#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/metrics/labels.h"
#include "scraper/tsdb/append_only.h"
#include "scraper/tsdb/id_index.h"

namespace sonde::tsdb {

using SymbolId = uint32_t;
using LabelSetId = uint32_t;
inline constexpr uint32_t kNoId = UINT32_MAX;

// A label as two symbols.
struct LabelRef {
  SymbolId name = 0;
  SymbolId value = 0;
  friend bool operator==(const LabelRef&, const LabelRef&) = default;
};

// The hash of one label. That of a set is their sum, so that a series' hash is its group's plus its column's.
uint64_t hash_label(std::string_view name, std::string_view value);
uint64_t hash_labels(const Labels& labels);
uint64_t hash_bytes(std::string_view bytes);

// Numbers back to strings: what selecting needs of the head and of a block.
class SymbolSource {
 public:
  virtual ~SymbolSource() = default;
  virtual std::string_view text(SymbolId id) const = 0;
  // kNoId when there is no such string.
  virtual SymbolId find(std::string_view text) const = 0;
  virtual std::span<const LabelRef> label_set(LabelSetId id) const = 0;
  virtual uint64_t label_set_hash(LabelSetId id) const = 0;
};

class SymbolTable final : public SymbolSource {
 public:
  SymbolId intern(std::string_view text);
  SymbolId find(std::string_view text) const override;
  std::string_view text(SymbolId id) const override { return texts_[id]; }
  size_t size() const { return texts_.size(); }

  // Sorted by name (by text), as `labels` is.
  LabelSetId intern(const Labels& labels);
  std::span<const LabelRef> label_set(LabelSetId id) const override {
    const Set& set = sets_[id];
    return {set.labels, set.count};
  }
  uint64_t label_set_hash(LabelSetId id) const override { return sets_[id].hash; }
  size_t label_set_count() const { return sets_.size(); }

  uint64_t memory_bytes() const;

 private:
  struct Set {
    const LabelRef* labels = nullptr;
    uint32_t count = 0;
    uint64_t hash = 0;
  };

  // Copies into memory that never moves. Under the lock.
  template <class T>
  const T* keep(std::vector<std::unique_ptr<T[]>>& arenas, size_t& free, std::span<const T> items);
  SymbolId intern_locked(std::string_view text);

  mutable std::shared_mutex mutex_;  // guards all but the reads by id
  AppendOnlyArray<std::string_view> texts_;
  IdIndex text_index_;
  std::vector<std::unique_ptr<char[]>> text_arenas_;
  size_t text_free_ = 0;
  AppendOnlyArray<Set> sets_;
  IdIndex set_index_;
  std::vector<std::unique_ptr<LabelRef[]>> set_arenas_;
  size_t set_free_ = 0;
  uint64_t arena_bytes_ = 0;
};

}  // namespace sonde::tsdb
