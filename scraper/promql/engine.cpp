#include "scraper/promql/engine.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "scraper/promql/evaluator.h"
#include "scraper/promql/query_state.h"

namespace sonde::promql {
namespace {

constexpr double kNsPerSecond = 1e9;

ResultSeries take_row(Tile& tile, size_t row, const Grid& grid) {
  ResultSeries out;
  out.labels = std::move(tile.labels(row));
  const double* values = tile.values(row);
  for_each_bit(tile.bits(row), tile.steps(), [&](size_t step) {
    out.points.push_back({grid.at(step), values[step]});
  });
  return out;
}

// Names whose removal was put off go now.
Status finish_names(Tile& tile, bool delayed) {
  if (!delayed) return Ok{};
  for (size_t row = 0; row < tile.rows(); ++row) {
    if (tile.drop_name(row)) tile.labels(row).remove(kMetricName);
  }
  return merge_equal_labels(tile);
}

Status take_matrix(Evaluator& evaluator, const Expr& expr, const Grid& grid, QueryState& state,
                   QueryResult& result) {
  uint64_t points = 0;
  const auto add = [&](Labels labels, const RangeRow& row) -> Status {
    ResultSeries series;
    for (size_t i = row.lo[0]; i < row.hi[0]; ++i) series.points.push_back({row.times_ms[i], row.values[i]});
    if (series.points.empty()) return Ok{};
    points += series.points.size();
    series.labels = std::move(labels);
    result.series.push_back(std::move(series));
    return state.expect(points, points * sizeof(Point));
  };
  if (auto status = evaluator.for_each_range_row(expr, grid, {}, add); !status) return status;
  result.type = ValueType::Matrix;
  std::ranges::sort(result.series, {}, &ResultSeries::labels);
  return Ok{};
}

Status take_value(Value value, const Grid& grid, QueryState& state, QueryResult& result) {
  result.type = value.type;
  result.scalar.time_ms = grid.start_ms;
  if (value.type == ValueType::Scalar) result.scalar.value = value.scalar.front();
  if (value.type == ValueType::String) result.text = std::move(value.text);
  if (value.type != ValueType::Vector) return Ok{};
  if (auto status = finish_names(value.tile, state.options.delayed_name_removal); !status) return status;
  for (size_t row = 0; row < value.tile.rows(); ++row) {
    if (!value.tile.row_is_empty(row)) result.series.push_back(take_row(value.tile, row, grid));
  }
  return Ok{};
}

Status take_range(Value value, const Grid& grid, QueryState& state, QueryResult& result) {
  if (value.type == ValueType::Scalar) {
    ResultSeries series;
    for (size_t step = 0; step < grid.count; ++step)
      series.points.push_back({grid.at(step), value.scalar[step]});
    result.series.push_back(std::move(series));
  } else if (auto status = take_value(std::move(value), grid, state, result); !status) {
    return status;
  }
  result.type = ValueType::Matrix;
  std::ranges::sort(result.series, {}, &ResultSeries::labels);
  return Ok{};
}

void finish(QueryState& state, std::string_view text, QueryResult& result) {
  result.warnings = state.annotations.warnings(text);
  result.infos = state.annotations.infos(text);
  const int64_t total_ns = state.clock.monotonic_ns() - state.started_ns();
  result.stats.samples_total = state.samples_total;
  result.stats.samples_peak = state.samples_peak();
  result.stats.prepare_seconds = static_cast<double>(state.select_ns) / kNsPerSecond;
  result.stats.total_seconds = static_cast<double>(total_ns) / kNsPerSecond;
  result.stats.eval_seconds = result.stats.total_seconds - result.stats.prepare_seconds;
}

}  // namespace

bool enable_feature(EngineOptions& options, std::string_view feature) {
  if (feature == "promql-experimental-functions") return options.parser.experimental_functions = true;
  if (feature == "promql-extended-range-selectors") return options.parser.extended_range_selectors = true;
  if (feature == "promql-binop-fill-modifiers") return options.parser.binop_fill_modifiers = true;
  if (feature == "promql-delayed-name-removal") return options.delayed_name_removal = true;
  return feature == "promql-duration-expr" || feature == "promql-at-modifier" ||
         feature == "promql-negative-offset" || feature == "promql-per-step-stats";
}

Engine::Engine(const storage::SeriesSource& source, const Clock& clock, EngineOptions options)
    : source_(source), clock_(clock), options_(std::move(options)) {}

Result<QueryResult> Engine::instant(std::string_view query, int64_t time_ms,
                                    const QueryOptions& options) const {
  auto expr = parse(query, options_.parser);
  if (!expr) return expr.error();
  QueryOptions with_text = options;
  with_text.text = query;
  return instant(**expr, time_ms, with_text);
}

Result<QueryResult> Engine::instant(const Expr& expr, int64_t time_ms, const QueryOptions& options) const {
  QueryState state(source_, clock_, options_, {time_ms, time_ms, 0}, options);
  Evaluator evaluator(state, expr);
  const Grid grid{time_ms, 0, 1};
  QueryResult result;
  if (value_type(expr) == ValueType::Matrix) {
    if (auto status = take_matrix(evaluator, expr, grid, state, result); !status) return status.error();
  } else {
    auto value = evaluator.eval(expr, grid);
    if (!value) return value.error();
    if (auto status = take_value(std::move(*value), grid, state, result); !status) return status.error();
  }
  finish(state, options.text, result);
  return result;
}

Result<QueryResult> Engine::range(std::string_view query, TimeSpan span, const QueryOptions& options) const {
  auto expr = parse(query, options_.parser);
  if (!expr) return expr.error();
  QueryOptions with_text = options;
  with_text.text = query;
  return range(**expr, span, with_text);
}

Result<QueryResult> Engine::range(const Expr& expr, TimeSpan span, const QueryOptions& options) const {
  const ValueType type = value_type(expr);
  if (type != ValueType::Vector && type != ValueType::Scalar) {
    return Error(ErrorCode::InvalidArgument, "invalid expression type \"" +
                                                 std::string(documented_type(type)) +
                                                 "\" for range query, must be Scalar or instant Vector");
  }
  if (span.step_ms <= 0 || span.end_ms < span.start_ms) {
    return Error(ErrorCode::InvalidArgument,
                 "a range query needs a step above 0 and an end not before its start");
  }
  QueryState state(source_, clock_, options_, span, options);
  Evaluator evaluator(state, expr);
  const Grid grid{span.start_ms, span.step_ms,
                  static_cast<size_t>((span.end_ms - span.start_ms) / span.step_ms) + 1};
  auto value = evaluator.eval(expr, grid);
  if (!value) return value.error();
  QueryResult result;
  if (auto status = take_range(std::move(*value), grid, state, result); !status) return status.error();
  finish(state, options.text, result);
  return result;
}

QueryErrorKind query_error_kind(const Error& error) {
  switch (error.code()) {
    case ErrorCode::InvalidArgument:
      return QueryErrorKind::BadData;
    case ErrorCode::DeadlineExceeded:
      return QueryErrorKind::Timeout;
    case ErrorCode::Cancelled:
      return QueryErrorKind::Cancelled;
    case ErrorCode::Io:
    case ErrorCode::Corrupt:
    case ErrorCode::Truncated:
    case ErrorCode::Unavailable:
    case ErrorCode::PermissionDenied:
      return QueryErrorKind::Internal;
    default:
      return QueryErrorKind::Execution;
  }
}

}  // namespace sonde::promql
