// The aggregations that look at all rows of a step together.
#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "scraper/promql/aggregation.h"
#include "scraper/promql/function_call.h"
#include "scraper/promql/quantile.h"
#include "scraper/promql/quantile_warning.h"

namespace sonde::promql {
namespace {

constexpr size_t kQuotedBytesMax = 1000;

// The rows of each group, in order.
std::vector<std::vector<size_t>> group_rows(const Tile& tile, Grouping& grouping) {
  std::vector<std::vector<size_t>> out;
  for (size_t row = 0; row < tile.rows(); ++row) {
    const size_t group = grouping.group_of(tile.labels(row));
    if (group == out.size()) out.emplace_back();
    out[group].push_back(row);
  }
  return out;
}

void present_rows(const Tile& tile, const std::vector<size_t>& rows, size_t step, std::vector<size_t>& out) {
  out.clear();
  for (const size_t row : rows) {
    if (tile.has(row, step)) out.push_back(row);
  }
}

Tile aggregate_quantile(const Aggregate& aggregate, const Tile& tile, const std::vector<double>& q,
                        QueryState& state) {
  for (const double value : q) warn_of_quantile(value, aggregate.param->range, state.annotations);
  Grouping grouping(aggregate);
  const auto groups = group_rows(tile, grouping);
  Tile out(tile.steps());
  std::vector<double> values;
  for (size_t group = 0; group < groups.size(); ++group) {
    const size_t to = out.add_row(grouping.labels(group));
    for (size_t step = 0; step < tile.steps(); ++step) {
      values.clear();
      for (const size_t row : groups[group]) {
        if (tile.has(row, step)) values.push_back(tile.values(row)[step]);
      }
      if (!values.empty()) out.set(to, step, quantile(q[step], values));
    }
  }
  return out;
}

// k of a step as a number of rows; below 1 there is none.
Result<std::vector<size_t>> counts_of(const std::vector<double>& param) {
  std::vector<size_t> out;
  for (const double k : param) {
    if (std::isnan(k)) return execution_error("Parameter value is NaN");
    constexpr double kInt64Max = 9.2e18;
    if (std::fabs(k) >= kInt64Max) {
      std::string text = "Scalar value ";
      append_number_exposition(text, k);
      return execution_error(text + (k > 0 ? " overflows int64" : " underflows int64"));
    }
    out.push_back(k < 1 ? 0 : static_cast<size_t>(k));
  }
  return out;
}

// The order of topk (largest first) or bottomk; NaN is last in both, equals keep their order.
struct RankLess {
  const Tile& tile;
  size_t step;
  bool largest;
  bool operator()(size_t a, size_t b) const {
    const double x = tile.values(a)[step];
    const double y = tile.values(b)[step];
    if (std::isnan(x) || std::isnan(y)) return std::isnan(x) == std::isnan(y) ? a < b : std::isnan(y);
    if (x != y) return largest ? x > y : x < y;
    return a < b;
  }
};

// Keeps the samples of the rows `pick` leaves in its list, ordered as it leaves them for an instant query.
template <class Pick>
Tile keep_picked(const Aggregate& aggregate, Tile tile, bool ordered, Pick pick) {
  Grouping grouping(aggregate);
  const auto groups = group_rows(tile, grouping);
  std::vector<size_t> rows;
  std::vector<size_t> order;
  std::vector<uint64_t> kept(tile.rows() * tile.words());
  for (const auto& group : groups) {
    for (size_t step = 0; step < tile.steps(); ++step) {
      present_rows(tile, group, step, rows);
      pick(tile, rows, step);
      for (const size_t row : rows) set_bit(kept.data() + row * tile.words(), step);
      if (ordered) order.insert(order.end(), rows.begin(), rows.end());
    }
  }
  for (size_t row = 0; row < tile.rows(); ++row)
    std::copy_n(kept.data() + row * tile.words(), tile.words(), tile.bits(row));
  if (!ordered) {
    tile.remove_empty_rows();
    return tile;
  }
  Tile out(tile.steps());
  for (const size_t row : order) {
    out.set(out.add_row(std::move(tile.labels(row)), tile.drop_name(row)), 0, tile.values(row)[0]);
  }
  return out;
}

Result<Tile> aggregate_rank(const Aggregate& aggregate, Tile tile, const std::vector<double>& param,
                            QueryState& state) {
  auto counts = counts_of(param);
  if (!counts) return counts.error();
  const bool ordered = state.span.step_ms == 0 && tile.steps() == 1;
  const bool largest = aggregate.op == AggregateOp::TopK;
  const auto pick = [&](const Tile& samples, std::vector<size_t>& rows, size_t step) {
    const size_t k = std::min((*counts)[step], rows.size());
    const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(k);
    std::partial_sort(rows.begin(), middle, rows.end(), RankLess{samples, step, largest});
    rows.resize(k);
  };
  return keep_picked(aggregate, std::move(tile), ordered, pick);
}

Result<Tile> aggregate_limit(const Aggregate& aggregate, Tile tile, const std::vector<double>& param) {
  auto counts = counts_of(param);
  if (!counts) return counts.error();
  return keep_picked(aggregate, std::move(tile), false,
                     [&](const Tile&, std::vector<size_t>& rows, size_t step) {
                       rows.resize(std::min((*counts)[step], rows.size()));
                     });
}

// The reference's bytes of a label set, whose hash decides what limit_ratio keeps: each name and value after
// its length in one byte, or 255 and three bytes from 255 on.
void append_sized(std::string& out, std::string_view text) {
  constexpr size_t kShortMax = 254;
  if (text.size() <= kShortMax) {
    out += static_cast<char>(text.size());
  } else {
    out += static_cast<char>(255);
    for (int shift = 0; shift < 24; shift += 8) out += static_cast<char>((text.size() >> shift) & 255);
  }
  out += text;
}

// Where a label set lies in [0, 1).
double hash_position(const Labels& labels) {
  std::string bytes;
  for (const Label& label : labels) {
    append_sized(bytes, label.name);
    append_sized(bytes, label.value);
  }
  constexpr double kTwoTo64 = 18446744073709551616.0;
  return static_cast<double>(XXH64(bytes.data(), bytes.size(), 0)) / kTwoTo64;
}

// A negative ratio keeps exactly what its complement leaves out.
Result<Tile> aggregate_limit_ratio(const Aggregate& aggregate, Tile tile, std::vector<double> ratios,
                                   QueryState& state) {
  for (double& ratio : ratios) {
    if (std::isnan(ratio)) return execution_error("Ratio value is NaN");
    if (ratio >= -1 && ratio <= 1) continue;
    const double capped = ratio > 0 ? 1 : -1;
    std::string text = "ratio value should be between -1 and 1, got ";
    append_number_exposition(text, ratio);
    state.annotations.warn(text + ", capping to " + (ratio > 0 ? "1" : "-1"), aggregate.param->range);
    ratio = capped;
  }
  std::vector<double> positions;
  for (size_t row = 0; row < tile.rows(); ++row) positions.push_back(hash_position(tile.labels(row)));
  return keep_picked(aggregate, std::move(tile), false,
                     [&](const Tile&, std::vector<size_t>& rows, size_t step) {
                       const double ratio = ratios[step];
                       std::erase_if(rows, [&](size_t row) {
                         return !(ratio >= 0 ? positions[row] < ratio : positions[row] >= 1 + ratio);
                       });
                     });
}

Result<Tile> aggregate_count_values(const Aggregate& aggregate, const Tile& tile, const std::string& label) {
  if (label.empty() || !is_valid_utf8(label)) {
    return execution_error("invalid label name " + quoted(label, kQuotedBytesMax));
  }
  Aggregate base{.op = aggregate.op,
                 .expr = {},
                 .param = {},
                 .grouping = aggregate.grouping,
                 .without = aggregate.without};
  if (aggregate.without) {
    base.grouping.push_back(label);
  } else {
    std::erase(base.grouping, label);
  }
  Grouping grouping(base);
  Tile out(tile.steps());
  std::unordered_map<std::string, size_t> rows;
  for (size_t row = 0; row < tile.rows(); ++row) {
    const size_t group = grouping.group_of(tile.labels(row));
    for_each_bit(tile.bits(row), tile.steps(), [&](size_t step) {
      std::string value;
      append_number_plain(value, tile.values(row)[step]);
      const auto [at, is_new] = rows.try_emplace(std::to_string(group) + "/" + value, out.rows());
      if (is_new) {
        Labels labels = grouping.labels(group);
        labels.set(label, value);
        out.add_row(std::move(labels));
      }
      out.set(at->second, step, (out.has(at->second, step) ? out.values(at->second)[step] : 0) + 1);
    });
  }
  return out;
}

}  // namespace

Result<Tile> aggregate_whole(const Aggregate& aggregate, Tile tile, const Value& param, QueryState& state) {
  switch (aggregate.op) {
    case AggregateOp::Quantile:
      return aggregate_quantile(aggregate, tile, param.scalar, state);
    case AggregateOp::TopK:
    case AggregateOp::BottomK:
      return aggregate_rank(aggregate, std::move(tile), param.scalar, state);
    case AggregateOp::LimitK:
      return aggregate_limit(aggregate, std::move(tile), param.scalar);
    case AggregateOp::LimitRatio:
      return aggregate_limit_ratio(aggregate, std::move(tile), param.scalar, state);
    case AggregateOp::CountValues:
      return aggregate_count_values(aggregate, tile, param.text);
    default:
      break;
  }
  return execution_error("aggregation " + quoted(aggregate_text(aggregate.op)) +
                         " is not supported by this server yet");
}

}  // namespace sonde::promql
