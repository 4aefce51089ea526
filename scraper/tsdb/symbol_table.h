#pragma once
// Strings and label sets as numbers, each kept once and for as long as somebody refers to it: shapes and
// groups to label sets, these to their strings. An id without references is found no more, and stands for
// something else once reclaim() was told that nobody reads it. Interning takes a lock; reading by id does
// not. Content hashes are stable (xxh3), since blocks store them.

#include <cstdint>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/metrics/labels.h"
#include "scraper/tsdb/append_only.h"
#include "scraper/tsdb/byte_pool.h"
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
  // Kept for the table's life.
  SymbolId intern(std::string_view text);
  SymbolId find(std::string_view text) const override;
  std::string_view text(SymbolId id) const override { return view_of(texts_[id]); }

  // Sorted by name (by text), as `labels` is. A reference is the caller's until release().
  LabelSetId intern(const Labels& labels);
  void add_references(std::span<const LabelSetId> sets);
  void release(std::span<const LabelSetId> sets);
  std::span<const LabelRef> label_set(LabelSetId id) const override {
    const Set& set = sets_[id];
    return {set.labels, set.count};
  }
  uint64_t label_set_hash(LabelSetId id) const override { return sets_[id].hash; }

  // Changes when an id begins to stand for something else; never 0.
  uint32_t symbol_version(SymbolId id) const { return texts_[id].life.version; }
  uint32_t label_set_version(LabelSetId id) const { return sets_[id].life.version; }

  // Frees what has had no reference since before mark() gave the number. Whoever may have found its id until
  // then has ended reading. Strings go one time later than the label sets that they were in.
  uint32_t mark();
  void reclaim(uint32_t mark);

  // Those that are referred to, and those that will be reclaimed.
  size_t size() const;
  size_t label_set_count() const;
  uint64_t memory_bytes() const;

 private:
  // Under the lock, but for the version of an id that somebody refers to.
  struct Life {
    uint32_t references = 0;
    uint32_t version = 1;
    uint32_t ended = 0;  // the epoch in which it lost its last reference; kFree: it stands for nothing
  };
  struct Text {
    const char* bytes = nullptr;
    uint32_t size_bytes = 0;
    Life life;
  };
  struct Set {
    const LabelRef* labels = nullptr;
    uint64_t hash = 0;
    uint32_t count = 0;
    Life life;
  };
  static constexpr uint32_t kFree = UINT32_MAX;

  static std::string_view view_of(const Text& text) { return {text.bytes, text.size_bytes}; }

  // Copies into memory that does not move. Under the lock, as all that follows.
  template <class T>
  const T* keep(std::span<const T> items);
  template <class Item>
  static uint32_t place(AppendOnlyArray<Item>& items, std::vector<uint32_t>& free, Item item);
  SymbolId intern_locked(std::string_view text);
  LabelSetId find_set(const Labels& labels, uint64_t hash) const;
  void free_set(LabelSetId id);
  void free_text(SymbolId id);
  void end_reference(Life& life, uint32_t id, std::vector<uint32_t>& ended);

  mutable std::shared_mutex mutex_;  // guards all but the reads by id
  BytePool pool_;
  AppendOnlyArray<Text> texts_;
  IdIndex text_index_;
  std::vector<SymbolId> ended_texts_;  // may have come to life again, and be there twice
  std::vector<SymbolId> free_texts_;
  AppendOnlyArray<Set> sets_;
  IdIndex set_index_;
  std::vector<LabelSetId> ended_sets_;
  std::vector<LabelSetId> free_sets_;
  uint32_t epoch_ = 0;
};

}  // namespace sonde::tsdb
