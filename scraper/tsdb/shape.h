#pragma once
// A shape: the ordered columns of a group, as label sets. Immutable, kept once, shared by all groups and
// writers that have it and gone with the last of them; it refers to its label sets.

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/core/mutex.h"
#include "scraper/storage/row.h"
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

// The symbols live longer than it.
class Shape final : public storage::Shape, public std::enable_shared_from_this<Shape> {
 public:
  Shape(SymbolTable& symbols, std::vector<LabelSetId> sets) : columns(std::move(sets)), symbols_(symbols) {
    symbols_.add_references(columns);
  }
  ~Shape() { symbols_.release(columns); }
  Shape(const Shape&) = delete;
  Shape& operator=(const Shape&) = delete;

  ShapeView view() const { return {columns, by_name, hash}; }

  const std::vector<LabelSetId> columns;
  std::vector<NamedColumn> by_name;
  uint64_t hash = 0;    // of the columns' content and order; stable
  uint64_t serial = 0;  // no other shape of the table ever has it

 private:
  SymbolTable& symbols_;
};

using ShapePtr = std::shared_ptr<const Shape>;

class ShapeTable {
 public:
  explicit ShapeTable(SymbolTable& symbols)
      : symbols_(symbols),
        metric_name_(symbols.intern(kMetricName)),
        nameless_(symbols.intern(std::string_view())) {}

  ShapePtr intern(std::span<const Labels> columns);
  ShapePtr share(std::vector<LabelSetId> columns);

 private:
  ShapePtr share_locked(std::vector<LabelSetId> columns) REQUIRES(mutex_);
  void forget_expired() REQUIRES(mutex_);

  SymbolTable& symbols_;
  const SymbolId metric_name_;
  const SymbolId nameless_;
  Mutex mutex_;
  std::unordered_multimap<uint64_t, std::weak_ptr<const Shape>> shared_ GUARDED_BY(mutex_);
  size_t forget_at_ GUARDED_BY(mutex_) = 1024;
  uint64_t next_serial_ GUARDED_BY(mutex_) = 1;
};

}  // namespace sonde::tsdb
