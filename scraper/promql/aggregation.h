#pragma once
// Aggregations. Rows get a group number once per query, from their labels; after that only numbers count.
// Sums, means, extremes, counts and deviations take rows as they come; the rest needs all of them.

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/core/result.h"
#include "scraper/promql/ast.h"
#include "scraper/promql/query_state.h"
#include "scraper/promql/value.h"

namespace sonde::promql {

// Numbers label sets by the labels an aggregation keeps, in order of first appearance.
class Grouping {
 public:
  explicit Grouping(const Aggregate& aggregate);

  size_t group_of(const Labels& labels);
  size_t count() const { return labels_.size(); }
  const Labels& labels(size_t group) const { return labels_[group]; }

 private:
  bool keeps(std::string_view name) const;

  std::vector<std::string> names_;  // sorted
  bool without_;
  std::string key_;
  std::unordered_map<std::string, size_t> groups_;
  std::vector<Labels> labels_;
};

bool is_streaming(AggregateOp op);

class StreamingAggregation {
 public:
  StreamingAggregation(const Aggregate& aggregate, size_t steps);
  void add(const Tile& tile);
  Tile finish();

 private:
  void add_row(const Tile& tile, size_t row, size_t group);

  AggregateOp op_;
  size_t steps_;
  Grouping grouping_;
  // One cell per group and step. `main` is the result so far, `extra` what the operation needs beside it.
  Tile main_;
  std::vector<double> extra_;
  std::vector<double> counts_;
};

// quantile, topk, bottomk, limitk, limit_ratio, count_values.
Result<Tile> aggregate_whole(const Aggregate& aggregate, Tile tile, const Value& param, QueryState& state);

}  // namespace sonde::promql
