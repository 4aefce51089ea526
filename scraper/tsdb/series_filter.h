#pragma once
// Which groups and columns of one source (the head or a block) match a selector. A matcher on a label that
// the group has is decided by the group; the others are left to the columns, and those of a shape are looked
// at once for all groups that share it. Each distinct label value is matched once. For one query; one thread.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/core/result.h"
#include "common/metrics/matcher.h"
#include "scraper/tsdb/shape.h"
#include "scraper/tsdb/symbol_table.h"

namespace sonde::tsdb {

inline constexpr size_t kMatchersMax = 64;
Status check_matcher_count(std::span<const Matcher> matchers);

// Indices of the columns that match, ascending; shared by groups of one shape. Never null, may be empty.
using ColumnList = std::shared_ptr<const std::vector<uint32_t>>;

class SeriesFilter {
 public:
  // The matchers (at most kMatchersMax) and the source live as long as the filter.
  SeriesFilter(std::span<const Matcher> matchers, const SymbolSource& symbols);

  // The matchers that the group's labels leave to the columns, as bits; nothing when the group cannot match.
  std::optional<uint64_t> match_group(std::span<const LabelRef> labels);
  ColumnList match_columns(ShapeView shape, uint64_t open_matchers);

 private:
  struct Term {
    const Matcher* matcher;
    SymbolId name;             // kNoId: no label of the source has it
    SymbolId literal = kNoId;  // of an equality
    bool is_equality = false;
    bool matches_empty = false;
    std::unordered_map<SymbolId, bool> verdicts;  // of other matchers
  };

  bool matches(Term& term, SymbolId value);
  bool matches_column(std::span<const LabelRef> labels, uint64_t open_matchers);
  std::vector<uint32_t> find_columns(ShapeView shape, uint64_t open_matchers);

  const SymbolSource& symbols_;
  std::vector<Term> terms_;
  uint64_t name_equality_ = 0;  // the term that is an equality on the metric name, as a bit
  std::map<std::pair<const LabelSetId*, uint64_t>, ColumnList> found_;
};

}  // namespace sonde::tsdb
