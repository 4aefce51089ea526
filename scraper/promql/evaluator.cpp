#include "scraper/promql/evaluator.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "common/core/text.h"
#include "scraper/promql/aggregation.h"
#include "scraper/promql/binary_operators.h"

namespace sonde::promql {
namespace {

// Few enough to stay in the cache with a day of steps, enough to spread the cost of a tile.
constexpr size_t kStreamRowsMax = 16;

bool is_literal(const Expr& expr) {
  return expr.as<NumberLiteral>() != nullptr || expr.as<StringLiteral>() != nullptr;
}

// Repeats the only step of a value.
Value widen(Value value, size_t steps) {
  if (value.type == ValueType::Scalar)
    return Value::scalars(std::vector<double>(steps, value.scalar.front()));
  if (value.type != ValueType::Vector) return value;
  Tile out(steps);
  out.reserve(value.tile.rows());
  for (size_t row = 0; row < value.tile.rows(); ++row) {
    out.add_row(std::move(value.tile.labels(row)), value.tile.drop_name(row));
    if (!value.tile.has(row, 0)) continue;
    const double sample = value.tile.values(row)[0];
    for (size_t step = 0; step < steps; ++step) out.set(row, step, sample);
  }
  return Value::vector(std::move(out));
}

// Only then can dropping the name make two label sets equal.
bool names_vary(const Tile& tile) {
  for (size_t row = 1; row < tile.rows(); ++row) {
    if (tile.labels(row).metric_name() != tile.labels(0).metric_name()) return true;
  }
  return false;
}

}  // namespace

Evaluator::Evaluator(QueryState& state, const Expr& root) : state_(state) {
  find_invariants(root);
}

bool Evaluator::find_invariants(const Expr& expr) {
  bool invariant = true;
  for (const Expr* child : children(expr)) invariant = find_invariants(*child) && invariant;
  if (const auto* selector = expr.as<VectorSelector>()) invariant = selector->modifiers.at != AtKind::None;
  if (const auto* subquery = expr.as<Subquery>()) invariant = subquery->modifiers.at != AtKind::None;
  if (const auto* call = expr.as<Call>()) invariant = invariant && !call->function->uses_eval_time;
  if (invariant) invariant_.insert(&expr);
  return invariant;
}

Result<Value> Evaluator::eval(const Expr& expr, const Grid& grid) {
  if (auto status = state_.check(); !status) return status.error();
  const bool once = grid.count > 1 && !is_literal(expr) && invariant_.contains(&expr);
  auto value = eval_node(expr, once ? Grid{grid.start_ms, grid.step_ms, 1} : grid);
  if (!value) return value;
  if (once) value = widen(std::move(*value), grid.count);
  if (auto status = state_.expect(value->tile); !status) return status.error();
  return value;
}

Result<Value> Evaluator::eval_node(const Expr& expr, const Grid& grid) {
  if (const auto* number = expr.as<NumberLiteral>()) {
    return Value::scalars(std::vector<double>(grid.count, number->value));
  }
  if (const auto* text = expr.as<StringLiteral>()) return Value::string(text->value);
  if (const auto* paren = expr.as<Paren>()) return eval(*paren->expr, grid);
  if (const auto* selector = expr.as<VectorSelector>()) {
    auto tile = collect_selector(*selector, grid, false);
    if (!tile) return tile.error();
    return Value::vector(std::move(*tile));
  }
  if (const auto* call = expr.as<Call>()) return eval_call(*call, expr.range, grid);
  if (const auto* aggregate = expr.as<Aggregate>()) return eval_aggregate(*aggregate, grid);
  if (const auto* binary = expr.as<Binary>()) return eval_binary(*binary, grid);
  if (const auto* unary = expr.as<Unary>()) return eval_unary(*unary, grid);
  return execution_error("a range vector stands where none can be evaluated");
}

Status Evaluator::stream(const Expr& expr, const Grid& grid, const TileSink& sink) {
  const bool once = grid.count > 1 && invariant_.contains(&expr);
  if (const auto* paren = expr.as<Paren>(); paren != nullptr && !once)
    return stream(*paren->expr, grid, sink);
  if (const auto* selector = expr.as<VectorSelector>(); selector != nullptr && !once) {
    return stream_selector(*selector, grid, false, kStreamRowsMax, sink);
  }
  if (const auto* call = expr.as<Call>(); call != nullptr && !once) {
    const bool plain = call->function->range != nullptr && call->function->eval == nullptr;
    // Without a fixed name two rows may come to have equal labels, which only all of them together show.
    const auto* matrix = plain ? without_parens(*call->args.back()).as<MatrixSelector>() : nullptr;
    if (matrix != nullptr && !matrix->selector->as<VectorSelector>()->name.empty()) {
      return stream_range_call(*call, call_context(*call, expr.range, grid), kStreamRowsMax, sink);
    }
  }
  auto value = eval(expr, grid);
  if (!value) return value.error();
  return sink(value->tile);
}

CallContext Evaluator::call_context(const Call& call, ByteRange range, const Grid& grid) const {
  return CallContext{.grid = grid,
                     .query = state_.span,
                     .is_range_query = state_.span.step_ms > 0,
                     .delayed_name_removal = state_.options.delayed_name_removal,
                     .sample_times_given = false,
                     .call = call,
                     .range = range,
                     .annotations = state_.annotations};
}

Result<Value> Evaluator::eval_call(const Call& call, ByteRange range, const Grid& grid) {
  const FunctionSpec& function = *call.function;
  CallContext context = call_context(call, range, grid);
  if (function.map != nullptr) return eval_map(call, context);
  if (function.range != nullptr) return eval_range_call(call, context);
  if (function.eval != nullptr) return eval_arguments(call, context);
  return execution_error("function " + quoted(function.name) + " is not supported by this server yet");
}

Result<Value> Evaluator::eval_map(const Call& call, const CallContext& context) {
  auto value = eval(*call.args[0], context.grid);
  if (!value) return value;
  Tile& tile = value->tile;
  for (size_t row = 0; row < tile.rows(); ++row) {
    double* values = tile.values(row);
    for_each_bit(tile.bits(row), tile.steps(),
                 [&](size_t step) { values[step] = call.function->map(values[step]); });
  }
  const bool check = !context.delayed_name_removal && names_vary(tile);
  context.drop_names(tile);
  if (check) {
    if (auto status = check_unique_labels(tile); !status) return status.error();
  }
  return value;
}

Result<Value> Evaluator::eval_arguments(const Call& call, const CallContext& outer) {
  CallContext context = outer;
  std::vector<Value> args;
  std::vector<Hold> holds;
  args.reserve(call.args.size());
  for (const ExprPtr& arg : call.args) {
    const auto* selector = without_parens(*arg).as<VectorSelector>();
    if (call.function->wants_sample_times && selector != nullptr) {
      auto tile = collect_selector(*selector, context.grid, true);
      if (!tile) return tile.error();
      args.push_back(Value::vector(std::move(*tile)));
      context.sample_times_given = true;
    } else {
      auto value = eval(*arg, context.grid);
      if (!value) return value;
      args.push_back(std::move(*value));
    }
    holds.emplace_back(state_, args.back().tile);
  }
  const bool vector_first = !args.empty() && args[0].type == ValueType::Vector;
  const bool check = !context.delayed_name_removal && vector_first && names_vary(args[0].tile);
  auto value = call.function->eval(args, context);
  if (value && check && value->type == ValueType::Vector) {
    if (auto status = check_unique_labels(value->tile); !status) return status.error();
  }
  return value;
}

Result<Value> Evaluator::eval_range_call(const Call& call, const CallContext& context) {
  Tile out(context.grid.count);
  const auto keep = [&out](Tile& tile) -> Status {
    out.append(std::move(tile));
    return Ok{};
  };
  if (auto status = stream_range_call(call, context, SIZE_MAX, keep); !status) return status.error();
  if (call.function->eval != nullptr) {
    std::vector<Value> args;
    args.push_back(Value::vector(std::move(out)));
    return call.function->eval(args, context);
  }
  // Names are gone by now; a selector without a fixed name may have made equals.
  const bool check = !context.delayed_name_removal && !call.function->keeps_name && out.rows() > 1;
  if (check) {
    if (auto status = check_unique_labels(out); !status) return status.error();
  }
  return Value::vector(std::move(out));
}

Result<Value> Evaluator::eval_unary(const Unary& unary, const Grid& grid) {
  auto value = eval(*unary.expr, grid);
  if (!value || !unary.negate) return value;
  for (double& scalar : value->scalar) scalar = -scalar;
  if (value->type != ValueType::Vector) return value;
  Tile& tile = value->tile;
  const bool check = names_vary(tile);
  for (size_t row = 0; row < tile.rows(); ++row) {
    double* values = tile.values(row);
    for_each_bit(tile.bits(row), tile.steps(), [&](size_t step) { values[step] = -values[step]; });
    if (state_.options.delayed_name_removal) {
      tile.set_drop_name(row, true);
    } else {
      tile.labels(row).remove(kMetricName);
    }
  }
  if (check && !state_.options.delayed_name_removal) {
    if (auto status = merge_equal_labels(tile); !status) return status.error();
  }
  return value;
}

Result<Value> Evaluator::eval_binary(const Binary& binary, const Grid& grid) {
  auto left = eval(*binary.left, grid);
  if (!left) return left;
  const Hold hold(state_, left->tile);
  auto right = eval(*binary.right, grid);
  if (!right) return right;
  return combine(binary, std::move(*left), std::move(*right), state_);
}

Result<Value> Evaluator::eval_aggregate(const Aggregate& aggregate, const Grid& grid) {
  Value param;
  if (aggregate.param) {
    auto value = eval(*aggregate.param, grid);
    if (!value) return value;
    param = std::move(*value);
  }
  if (is_streaming(aggregate.op)) {
    StreamingAggregation aggregation(aggregate, grid.count);
    const auto add = [&](Tile& tile) -> Status {
      aggregation.add(tile);
      return state_.expect(tile);
    };
    if (auto status = stream(*aggregate.expr, grid, add); !status) return status.error();
    return Value::vector(aggregation.finish());
  }
  auto value = eval(*aggregate.expr, grid);
  if (!value) return value;
  const Hold hold(state_, value->tile);
  auto tile = aggregate_whole(aggregate, std::move(value->tile), param, state_);
  if (!tile) return tile.error();
  return Value::vector(std::move(*tile));
}

}  // namespace sonde::promql
