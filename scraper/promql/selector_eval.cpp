// The evaluator's reading side: selectors, range selectors, subqueries and the durations in them.
#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "common/core/text.h"
#include "scraper/promql/evaluator.h"
#include "scraper/promql/functions/extended.h"
#include "scraper/promql/windows.h"

namespace sonde::promql {
namespace {

constexpr double kMsPerSecond = 1000;
constexpr int64_t kStepsMax = 20'000'000;  // of a subquery
constexpr uint64_t kStaleBits = 0x7ff0000000000002;

bool is_stale(double value) {
  return std::bit_cast<uint64_t>(value) == kStaleBits;
}

bool has_stale(std::span<const double> values) {
  bool found = false;
  for (const double value : values) found |= is_stale(value);
  return found;
}

struct GroupTimes {
  std::span<const int64_t> times_ms;
  std::span<const int64_t> ends_ms;
  std::span<const uint32_t> newest;
  int64_t lookback_ms = 0;
  bool absence_is_stale = true;
};

// The newest sample of one step, going back past what is merely absent; kNoSample if there is none.
uint32_t sample_at(const GroupTimes& group, const storage::Column& column, size_t step) {
  uint32_t i = group.newest[step];
  if (i == kNoSample) return kNoSample;
  while (!column.has(i)) {
    if (group.absence_is_stale || i == 0) return kNoSample;
    --i;
    if (group.times_ms[i] <= group.ends_ms[step] - group.lookback_ms) return kNoSample;
  }
  return is_stale(column.values[i]) ? kNoSample : i;
}

void fill_row(const GroupTimes& group, const storage::Column& column, bool sample_times, Tile& tile,
              size_t row) {
  for (size_t step = 0; step < group.newest.size(); ++step) {
    const uint32_t i = sample_at(group, column, step);
    if (i == kNoSample) continue;
    tile.set(row, step,
             sample_times ? static_cast<double>(group.times_ms[i]) / kMsPerSecond : column.values[i]);
  }
}

std::string missing_counter_text(std::string_view name) {
  return "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: " +
         quoted(name, 1000);
}

bool is_counter_name(std::string_view name) {
  return name.empty() || name.ends_with("_total") || name.ends_with("_sum") || name.ends_with("_count") ||
         name.ends_with("_bucket");
}

// Why a selector's anchored or smoothed is not possible here, or "".
std::string extension_problem(const Expr& range, const FunctionSpec& function) {
  const auto* matrix = without_parens(range).as<MatrixSelector>();
  if (matrix == nullptr) return {};
  const Extension extension = matrix->selector->as<VectorSelector>()->extension;
  if (extension == Extension::None) return {};
  const bool anchored = extension == Extension::Anchored;
  if (anchored ? function.anchored : function.smoothed) return {};
  std::string names;
  for (const FunctionSpec& row : functions()) {
    if (!(anchored ? row.anchored : row.smoothed)) continue;
    if (!names.empty()) names += ", ";
    names += row.name;
  }
  return std::string(anchored ? "anchored" : "smoothed") + " modifier can only be used with: " + names +
         " - not with " + std::string(function.name);
}

Result<std::unique_ptr<storage::Selection>> select(QueryState& state, const VectorSelector& selector,
                                                   const storage::SelectHints& hints) {
  const int64_t before = state.clock.monotonic_ns();
  auto selection = state.source.select(selector.matchers, hints);
  state.select_ns += state.clock.monotonic_ns() - before;
  return selection;
}

storage::SelectHints make_hints(std::span<const int64_t> ends_ms, int64_t window_ms, const Grid& grid) {
  storage::SelectHints hints;
  hints.range = {ends_ms.front() - window_ms + 1, ends_ms.back()};
  hints.step_ms = grid.count > 1 ? grid.step_ms : 0;
  return hints;
}

int64_t floor_to_multiple(int64_t value, int64_t step) {
  const int64_t rest = value % step;
  return value - (rest < 0 ? rest + step : rest);
}

}  // namespace

Result<double> Evaluator::duration_seconds(const DurationNode& node) const {
  double left = 0;
  double right = 0;
  if (node.left) {
    auto value = duration_seconds(*node.left);
    if (!value) return value;
    left = *value;
  }
  if (node.right) {
    auto value = duration_seconds(*node.right);
    if (!value) return value;
    right = *value;
  }
  switch (node.op) {
    case DurationOp::Literal:
      return node.seconds;
    case DurationOp::Group:
    case DurationOp::Plus:
      return left;
    case DurationOp::Minus:
      return -left;
    case DurationOp::Add:
      return left + right;
    case DurationOp::Subtract:
      return left - right;
    case DurationOp::Multiply:
      return left * right;
    case DurationOp::Divide:
      if (right == 0) return execution_error("division by zero");
      return left / right;
    case DurationOp::Modulo:
      if (right == 0) return execution_error("modulo by zero");
      return std::fmod(left, right);
    case DurationOp::Power:
      return std::pow(left, right);
    case DurationOp::Step:
      return static_cast<double>(state_.span.step_ms) / kMsPerSecond;
    case DurationOp::Range:
      return static_cast<double>(state_.span.end_ms - state_.span.start_ms) / kMsPerSecond;
    case DurationOp::MinOf:
      return std::fmin(left, right);
    case DurationOp::MaxOf:
      return std::fmax(left, right);
  }
  return 0.0;
}

Result<int64_t> Evaluator::duration_ms(const Duration& duration, bool positive) const {
  if (!duration.node) return duration.ms;
  auto seconds = duration_seconds(*duration.node);
  if (!seconds) return seconds.error();
  constexpr double kSecondsMax = 9223372036.0;
  if (!(std::fabs(*seconds) < kSecondsMax)) return execution_error("duration is out of range");
  if (positive && *seconds <= 0) return execution_error("duration must be greater than 0");
  return static_cast<int64_t>(std::llround(*seconds * kMsPerSecond));
}

Result<std::vector<int64_t>> Evaluator::window_ends(const Modifiers& modifiers, const Grid& grid) const {
  auto offset = duration_ms(modifiers.offset, false);
  if (!offset) return offset.error();
  std::vector<int64_t> out(grid.count);
  for (size_t step = 0; step < grid.count; ++step) {
    int64_t at = grid.at(step);
    if (modifiers.at == AtKind::Time) at = modifiers.at_ms;
    if (modifiers.at == AtKind::Start) at = state_.span.start_ms;
    if (modifiers.at == AtKind::End) at = state_.span.end_ms;
    out[step] = at - *offset;
  }
  return out;
}

Result<Tile> Evaluator::collect_selector(const VectorSelector& selector, const Grid& grid,
                                         bool sample_times) {
  Tile out(grid.count);
  const auto keep = [&out](Tile& tile) -> Status {
    out.append(std::move(tile));
    return Ok{};
  };
  if (auto status = stream_selector(selector, grid, sample_times, SIZE_MAX, keep); !status)
    return status.error();
  return out;
}

Status Evaluator::stream_selector(const VectorSelector& selector, const Grid& grid, bool sample_times,
                                  size_t rows_max, const TileSink& sink) {
  if (selector.extension == Extension::Anchored) {
    return execution_error("anchored modifier can only be used with range selectors");
  }
  if (selector.extension == Extension::Smoothed && !sample_times)
    return stream_smoothed(selector, grid, sink);
  auto ends = window_ends(selector.modifiers, grid);
  if (!ends) return ends.error();
  auto hints = make_hints(*ends, state_.lookback_ms, grid);
  auto selection = select(state_, selector, hints);
  if (!selection) return selection.error();
  Tile tile(grid.count);
  std::vector<int64_t> times_ms;
  std::vector<uint32_t> newest;
  storage::Column column;
  size_t group_index = 0;
  for (const storage::SelectedGroup& group : (*selection)->groups()) {
    if (auto status = (*selection)->read_times(group_index++, times_ms); !status) return status;
    if (times_ms.empty()) continue;
    find_newest(times_ms, *ends, state_.lookback_ms, newest);
    const GroupTimes group_times{times_ms, *ends, newest, state_.lookback_ms, group.absence_is_stale};
    for (size_t series = group.series_begin; series < group.series_end; ++series) {
      if (auto status = state_.check(); !status) return status;
      if (auto status = (*selection)->read_column(series, column); !status) return status;
      const size_t row = tile.add_row({});
      fill_row(group_times, column, sample_times, tile, row);
      if (tile.row_is_empty(row)) {
        tile.truncate(row);
        continue;
      }
      tile.labels(row) = (*selection)->labels(series);
      if (tile.rows() < rows_max) {
        if (auto status = state_.expect(0, tile.size_bytes()); !status) return status;
        continue;
      }
      state_.samples_total += tile.samples();
      if (auto status = sink(tile); !status) return status;
      tile.clear();
    }
  }
  state_.samples_total += tile.samples();
  return sink(tile);
}

Status Evaluator::stream_range_call(const Call& call, const CallContext& context, size_t rows_max,
                                    const TileSink& sink) {
  const FunctionSpec& function = *call.function;
  const Expr* matrix = nullptr;
  std::vector<Value> values;
  std::vector<ByteRange> ranges;
  values.reserve(call.args.size());
  for (const ExprPtr& arg : call.args) {
    ranges.push_back(arg->range);
    if (value_type(*arg) == ValueType::Matrix) {
      matrix = arg.get();
      continue;
    }
    auto value = eval(*arg, context.grid);
    if (!value) return value.error();
    values.push_back(std::move(*value));
  }
  if (std::string problem = extension_problem(*matrix, function); !problem.empty()) {
    return execution_error(std::move(problem));
  }
  std::vector<const double*> scalars;
  for (const Value& value : values) scalars.push_back(value.scalar.data());
  std::string failure;
  const RangeArgs args{scalars, &state_.annotations, ranges, &failure};

  const std::function<bool()> must_stop = [this] { return !state_.check().ok(); };
  Tile tile(context.grid.count);
  const auto add = [&](Labels labels, const RangeRow& range_row) -> Status {
    const size_t row = tile.add_row({});
    RangeRow stoppable = range_row;
    stoppable.must_stop = &must_stop;
    function.range(stoppable, args, {tile.values(row), tile.bits(row)});
    if (auto status = state_.check(); !status) return status;
    if (!failure.empty()) return execution_error(failure);
    if (tile.row_is_empty(row)) {
      tile.truncate(row);
      return Ok{};
    }
    if (function.wants_counter && !is_counter_name(labels.metric_name())) {
      state_.annotations.info(missing_counter_text(labels.metric_name()), matrix->range);
    }
    const bool drop = !function.keeps_name;
    if (drop && !context.delayed_name_removal) labels.remove(kMetricName);
    tile.labels(row) = std::move(labels);
    tile.set_drop_name(row, drop && context.delayed_name_removal);
    if (tile.rows() < rows_max) return state_.expect(0, tile.size_bytes());
    const Status status = sink(tile);
    tile.clear();
    return status;
  };
  if (auto status = for_each_range_row(*matrix, context.grid, function.name, add); !status) return status;
  return sink(tile);
}

Status Evaluator::for_each_range_row(const Expr& matrix, const Grid& grid, std::string_view function,
                                     const RowSink& fn) {
  const Expr& inner = without_parens(matrix);
  if (const auto* selected = inner.as<MatrixSelector>()) {
    auto range_ms = duration_ms(selected->range, true);
    if (!range_ms) return range_ms.error();
    return for_each_selected_row(*selected->selector->as<VectorSelector>(), *range_ms, grid, function, fn);
  }
  if (const auto* subquery = inner.as<Subquery>()) return for_each_subquery_row(*subquery, grid, fn);
  return execution_error("this range vector is not supported by this server yet");
}

Status Evaluator::for_each_selected_row(const VectorSelector& selector, int64_t range_ms, const Grid& grid,
                                        std::string_view function, const RowSink& fn) {
  auto ends = window_ends(selector.modifiers, grid);
  if (!ends) return ends.error();
  Windows windows(std::move(*ends), range_ms, grid);
  windows.extend(selector.extension, state_.lookback_ms);
  auto hints = make_hints(windows.ends_ms(), windows.range_ms(), grid);
  hints.window_ms = windows.range_ms();
  hints.function = function;
  auto selection = select(state_, selector, hints);
  if (!selection) return selection.error();
  storage::Column column;
  size_t group_index = 0;
  for (const storage::SelectedGroup& group : (*selection)->groups()) {
    if (auto status = (*selection)->read_times(group_index++, windows.times_ms()); !status) return status;
    if (windows.times_ms().empty()) continue;
    windows.find();
    for (size_t series = group.series_begin; series < group.series_end; ++series) {
      if (auto status = state_.check(); !status) return status;
      if (auto status = (*selection)->read_column(series, column); !status) return status;
      const bool whole = column.present.empty() && !has_stale(column.values);
      const auto kept = [&](size_t i) { return column.has(i) && !is_stale(column.values[i]); };
      const RangeRow row = whole ? windows.row(column.values) : windows.row(column.values, kept);
      state_.samples_total += row.values.size();
      if (auto status = fn((*selection)->labels(series), row); !status) return status;
    }
  }
  return Ok{};
}

// A smoothed instant selector looks on both sides of each step.
Status Evaluator::stream_smoothed(const VectorSelector& selector, const Grid& grid, const TileSink& sink) {
  Tile tile(grid.count);
  const auto add = [&](Labels labels, const RangeRow& range_row) -> Status {
    const size_t row = tile.add_row(std::move(labels));
    smoothed_value(range_row, {tile.values(row), tile.bits(row)});
    if (tile.row_is_empty(row)) tile.truncate(row);
    return state_.expect(0, tile.size_bytes());
  };
  if (auto status = for_each_selected_row(selector, 0, grid, {}, add); !status) return status;
  return sink(tile);
}

Status Evaluator::for_each_subquery_row(const Subquery& subquery, const Grid& grid, const RowSink& fn) {
  auto range_ms = duration_ms(subquery.range, true);
  if (!range_ms) return range_ms.error();
  auto step_ms = duration_ms(subquery.step, true);
  if (!step_ms) return step_ms.error();
  if (*step_ms == 0) *step_ms = state_.options.subquery_step_ms;
  auto ends = window_ends(subquery.modifiers, grid);
  if (!ends) return ends.error();
  // The first multiple of the step after the first window's start.
  const int64_t start = floor_to_multiple(ends->front() - *range_ms, *step_ms) + *step_ms;
  const int64_t end = ends->back();
  if (start > end) return Ok{};
  const int64_t steps = (end - start) / *step_ms + 1;
  if (steps > kStepsMax) {
    return Error(ErrorCode::LimitExceeded,
                 "a subquery has more than " + std::to_string(kStepsMax) + " steps");
  }
  const Grid inner{start, *step_ms, static_cast<size_t>(steps)};
  auto value = eval(*subquery.expr, inner);
  if (!value) return value.error();
  Tile& tile = value->tile;
  const Hold hold(state_, tile);
  Windows windows(std::move(*ends), *range_ms, grid);
  for (size_t step = 0; step < inner.count; ++step) windows.times_ms().push_back(inner.at(step));
  windows.find();
  for (size_t row = 0; row < tile.rows(); ++row) {
    if (auto status = state_.check(); !status) return status;
    const std::span<const double> values(tile.values(row), inner.count);
    const uint64_t* bits = tile.bits(row);
    const RangeRow range_row = windows.row(values, [bits](size_t i) { return has_bit(bits, i); });
    state_.samples_total += range_row.values.size();
    Labels labels = std::move(tile.labels(row));
    if (tile.drop_name(row)) labels.remove(kMetricName);
    if (auto status = fn(std::move(labels), range_row); !status) return status;
  }
  return Ok{};
}

}  // namespace sonde::promql
