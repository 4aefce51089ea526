// From vectors to scalars and back, presence and absence, and the order of results.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "scraper/promql/function_table.h"
#include "scraper/promql/functions/functions.h"

namespace sonde::promql {
namespace {

// What absent() can say about the series that is not there: the values it was asked for with "=".
Labels absent_labels(const Expr& arg) {
  const Expr* expr = &without_parens(arg);
  if (const auto* matrix = expr->as<MatrixSelector>()) expr = matrix->selector.get();
  const auto* selector = expr->as<VectorSelector>();
  Labels labels;
  if (selector == nullptr) return labels;
  std::set<std::string_view> seen;
  for (const Matcher& matcher : selector->matchers) {
    if (matcher.name() == kMetricName) continue;
    // A label with several matchers says nothing.
    const bool known = matcher.type() == MatchType::Equal && seen.insert(matcher.name()).second;
    labels.set(matcher.name(), known ? std::string_view(matcher.value()) : std::string_view());
  }
  return labels;
}

Tile permuted(Tile tile, const std::vector<size_t>& order) {
  Tile out(tile.steps());
  out.reserve(order.size());
  for (const size_t from : order) {
    const size_t row = out.add_row(std::move(tile.labels(from)), tile.drop_name(from));
    std::copy_n(tile.values(from), tile.steps(), out.values(row));
    std::copy_n(tile.bits(from), tile.words(), out.bits(row));
  }
  return out;
}

template <class Less>
Value sorted_rows(std::vector<Value>& args, const CallContext& context, Less less) {
  Tile tile = std::move(args[0].tile);
  if (context.is_range_query) {
    context.annotations.warn(
        std::string(context.call.function->name) +
            " is ineffective for range queries since results are always ordered by labels",
        context.range);
    return Value::vector(std::move(tile));
  }
  std::vector<size_t> order(tile.rows());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return less(tile, a, b); });
  return Value::vector(permuted(std::move(tile), order));
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The run of digits, or of anything else, at the front.
std::string_view leading_run(std::string_view text) {
  size_t end = 1;
  while (end < text.size() && is_digit(text[end]) == is_digit(text[0])) ++end;
  return text.substr(0, end);
}

int compare_digits(std::string_view a, std::string_view b) {
  const auto skip_zeros = [](std::string_view digits) {
    return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
  };
  const std::string_view x = skip_zeros(a);
  const std::string_view y = skip_zeros(b);
  if (x.size() != y.size()) return x.size() < y.size() ? -1 : 1;
  if (const int order = x.compare(y); order != 0) return order;
  return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

// Natural order: "node2" before "node10".
int compare_naturally(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const std::string_view x = leading_run(a);
    const std::string_view y = leading_run(b);
    const int order = is_digit(x[0]) && is_digit(y[0]) ? compare_digits(x, y) : x.compare(y);
    if (order != 0) return order;
    a.remove_prefix(x.size());
    b.remove_prefix(y.size());
  }
  return a.empty() && b.empty() ? 0 : a.empty() ? -1 : 1;
}

Value sort_by_labels(std::vector<Value>& args, const CallContext& context, int sign) {
  return sorted_rows(args, context, [&](const Tile& tile, size_t a, size_t b) {
    for (size_t i = 1; i < args.size(); ++i) {
      const int order = compare_naturally(tile.labels(a).get(args[i].text), tile.labels(b).get(args[i].text));
      if (order != 0) return order * sign < 0;
    }
    return sign > 0 ? tile.labels(a) < tile.labels(b) : tile.labels(b) < tile.labels(a);
  });
}

}  // namespace

Result<Value> eval_absent(std::vector<Value>& args, const CallContext& context) {
  const Tile& tile = args[0].tile;
  Tile out(context.grid.count);
  out.add_row(absent_labels(*context.call.args[0]));
  for (size_t step = 0; step < context.grid.count; ++step) {
    bool present = false;
    for (size_t row = 0; row < tile.rows() && !present; ++row) present = tile.has(row, step);
    if (!present) out.set(0, step, 1);
  }
  out.remove_empty_rows();
  return Value::vector(std::move(out));
}

// Functions of native histograms find none: every sample is a float.
Result<Value> eval_nothing(std::vector<Value>&, const CallContext& context) {
  return Value::vector(Tile(context.grid.count));
}

Result<Value> eval_scalar(std::vector<Value>& args, const CallContext& context) {
  const Tile& tile = args[0].tile;
  std::vector<double> out(context.grid.count, std::numeric_limits<double>::quiet_NaN());
  std::vector<uint32_t> counts(context.grid.count);
  for (size_t row = 0; row < tile.rows(); ++row) {
    for_each_bit(tile.bits(row), tile.steps(), [&](size_t step) {
      out[step] = tile.values(row)[step];
      ++counts[step];
    });
  }
  for (size_t step = 0; step < out.size(); ++step) {
    if (counts[step] > 1) out[step] = std::numeric_limits<double>::quiet_NaN();
  }
  return Value::scalars(std::move(out));
}

Result<Value> eval_vector(std::vector<Value>& args, const CallContext& context) {
  Tile out(context.grid.count);
  out.add_row({});
  for (size_t step = 0; step < context.grid.count; ++step) out.set(0, step, args[0].scalar[step]);
  return Value::vector(std::move(out));
}

Result<Value> eval_sort(std::vector<Value>& args, const CallContext& context) {
  return sorted_rows(args, context, [](const Tile& tile, size_t a, size_t b) {
    const double x = tile.values(a)[0];
    const double y = tile.values(b)[0];
    return std::isnan(y) ? !std::isnan(x) : x < y;
  });
}

Result<Value> eval_sort_desc(std::vector<Value>& args, const CallContext& context) {
  return sorted_rows(args, context, [](const Tile& tile, size_t a, size_t b) {
    const double x = tile.values(a)[0];
    const double y = tile.values(b)[0];
    return std::isnan(y) ? !std::isnan(x) : x > y;
  });
}

Result<Value> eval_sort_by_label(std::vector<Value>& args, const CallContext& context) {
  return sort_by_labels(args, context, 1);
}

Result<Value> eval_sort_by_label_desc(std::vector<Value>& args, const CallContext& context) {
  return sort_by_labels(args, context, -1);
}

}  // namespace sonde::promql
