#pragma once
// Walks the tree: every node at every step of a grid. Selectors and range functions can hand out their rows
// in tiles of a bounded number of series, so that an aggregation over them never holds them all.

#include <functional>
#include <unordered_set>
#include <vector>

#include "common/core/result.h"
#include "scraper/promql/ast.h"
#include "scraper/promql/function_call.h"
#include "scraper/promql/function_table.h"
#include "scraper/promql/query_state.h"
#include "scraper/promql/value.h"

namespace sonde::promql {

class Evaluator {
 public:
  // Both must outlive the evaluator.
  Evaluator(QueryState& state, const Expr& root);

  // Scalars, vectors and strings.
  Result<Value> eval(const Expr& expr, const Grid& grid);

  // A sink may move from the tile; what it leaves is cleared. Rows arrive in the order in which eval would
  // have them.
  using TileSink = std::function<Status(Tile&)>;
  Status stream(const Expr& expr, const Grid& grid, const TileSink& sink);

  // A range vector: fn(labels, row) for every series, empty ones included.
  using RowSink = std::function<Status(Labels, const RangeRow&)>;
  Status for_each_range_row(const Expr& matrix, const Grid& grid, std::string_view function,
                            const RowSink& fn);

 private:
  bool find_invariants(const Expr& expr);

  Result<Value> eval_node(const Expr& expr, const Grid& grid);
  Result<Value> eval_call(const Call& call, ByteRange range, const Grid& grid);
  Result<Value> eval_map(const Call& call, const CallContext& context);
  Result<Value> eval_arguments(const Call& call, const CallContext& context);
  Result<Value> eval_range_call(const Call& call, const CallContext& context);
  Result<Value> eval_unary(const Unary& unary, const Grid& grid);
  Result<Value> eval_binary(const Binary& binary, const Grid& grid);
  Result<Value> eval_aggregate(const Aggregate& aggregate, const Grid& grid);

  Status stream_selector(const VectorSelector& selector, const Grid& grid, bool sample_times, size_t rows_max,
                         const TileSink& sink);
  Status stream_range_call(const Call& call, const CallContext& context, size_t rows_max,
                           const TileSink& sink);
  Result<Tile> collect_selector(const VectorSelector& selector, const Grid& grid, bool sample_times);

  Status for_each_selected_row(const VectorSelector& selector, int64_t range_ms, const Grid& grid,
                               std::string_view function, const RowSink& fn);
  Status stream_smoothed(const VectorSelector& selector, const Grid& grid, const TileSink& sink);
  Status for_each_subquery_row(const Subquery& subquery, const Grid& grid, const RowSink& fn);

  // The times that a selector's windows end at: each step moved by offset and @.
  Result<std::vector<int64_t>> window_ends(const Modifiers& modifiers, const Grid& grid) const;
  Result<int64_t> duration_ms(const Duration& duration, bool positive) const;
  Result<double> duration_seconds(const DurationNode& node) const;

  CallContext call_context(const Call& call, ByteRange range, const Grid& grid) const;

  QueryState& state_;
  std::unordered_set<const Expr*> invariant_;  // the same at every step
};

}  // namespace sonde::promql
