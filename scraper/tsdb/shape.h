#pragma once
// A shape: the ordered columns of a group, as label sets. Immutable and shared by all groups that have it.
// ShapeTable keeps each once: those that writers interned for good, those the head made (a group's columns
// only grow) while a group has them.

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "common/core/mutex.h"
#include "scraper/storage/row.h"
#include "scraper/tsdb/append_only.h"
#include "scraper/tsdb/symbol_table.h"

namespace sonde::tsdb {

struct NamedColumn {
  SymbolId metric_name;
  uint32_t column;
};

// A shape of the head or of a block, for selecting. The spans live as long as it.
struct ShapeView {
  std::span<const LabelSetId> columns;
  std::span<const NamedColumn>
      by_name;  // sorted by metric name, then column; nameless columns have the name ""
  uint64_t hash = 0;
};

struct Shape {
  std::vector<LabelSetId> columns;
  std::vector<NamedColumn> by_name;
  uint64_t hash = 0;  // of the columns' content and order; stable

  ShapeView view() const { return {columns, by_name, hash}; }
};

using ShapePtr = std::shared_ptr<const Shape>;

class ShapeTable {
 public:
  explicit ShapeTable(SymbolTable& symbols) : symbols_(symbols), metric_name_(symbols.intern(kMetricName)) {}

  storage::ShapeId intern(std::span<const Labels> columns);
  const ShapePtr& shape(storage::ShapeId id) const { return interned_[static_cast<size_t>(id)]; }

  // The shape with these columns, kept only as long as somebody holds it.
  ShapePtr share(std::vector<LabelSetId> columns);

 private:
  ShapePtr share_locked(std::vector<LabelSetId> columns) REQUIRES(mutex_);
  void forget_expired() REQUIRES(mutex_);

  SymbolTable& symbols_;
  const SymbolId metric_name_;
  Mutex mutex_;
  std::unordered_multimap<uint64_t, std::weak_ptr<const Shape>> shared_ GUARDED_BY(mutex_);
  size_t forget_at_ GUARDED_BY(mutex_) = 1024;
  std::unordered_map<const Shape*, storage::ShapeId> ids_ GUARDED_BY(mutex_);
  AppendOnlyArray<ShapePtr> interned_;
};

}  // namespace sonde::tsdb
