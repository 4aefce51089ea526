#include "scraper/promql/aggregation.h"

#include <doctest/doctest.h>

#include <limits>

namespace sonde::promql {
namespace {

Tile aggregated(AggregateOp op, std::vector<std::vector<double>> rows) {
  Aggregate aggregate;
  aggregate.op = op;
  StreamingAggregation streaming(aggregate, rows.front().size());
  for (const auto& values : rows) {
    Tile tile(values.size());
    const size_t row = tile.add_row({});
    for (size_t step = 0; step < values.size(); ++step) tile.set(row, step, values[step]);
    streaming.add(tile);
  }
  return streaming.finish();
}

TEST_SUITE("promql/aggregation") {
  TEST_CASE("sums are compensated") {
    CHECK(aggregated(AggregateOp::Sum, {{1e100}, {1}, {-1e100}, {1}}).values(0)[0] == 2);
  }

  TEST_CASE("a mean survives the overflow of its sum") {
    const double huge = std::numeric_limits<double>::max();
    CHECK(aggregated(AggregateOp::Avg, {{huge}, {huge}, {huge}, {huge}}).values(0)[0] ==
          doctest::Approx(huge));
  }

  TEST_CASE("groups are numbered by the labels that are kept") {
    Aggregate aggregate;
    aggregate.grouping = {"b", "a"};
    Grouping by(aggregate);
    CHECK(by.group_of(Labels{{"a", "1"}, {"b", "2"}, {"c", "3"}}) == 0);
    CHECK(by.group_of(Labels{{"a", "12"}, {"c", "3"}}) == 1);
    CHECK(by.group_of(Labels{{"a", "1"}, {"b", "2"}}) == 0);
    CHECK(by.labels(0) == Labels{{"a", "1"}, {"b", "2"}});
    aggregate.without = true;
    Grouping without(aggregate);
    CHECK(without.group_of(Labels{{"__name__", "x"}, {"a", "1"}, {"c", "3"}}) == 0);
    CHECK(without.group_of(Labels{{"__name__", "y"}, {"c", "3"}}) == 0);
    CHECK(without.labels(0) == Labels{{"c", "3"}});
  }
}

}  // namespace
}  // namespace sonde::promql
