#include "scraper/promql/engine.h"

#include <doctest/doctest.h>

#include <atomic>
#include <bit>

#include "memory_source.h"

namespace sonde::promql {
namespace {

class FakeClock final : public Clock {
 public:
  int64_t wall_ms() const override { return 0; }
  int64_t monotonic_ns() const override { return now_ns += step_ns; }
  mutable int64_t now_ns = 0;
  int64_t step_ns = 0;
};

// Two instances over ten minutes, a sample each minute: a counter and a gauge.
MemorySource two_instances() {
  MemorySource source;
  for (int instance = 0; instance < 2; ++instance) {
    MemoryGroup group;
    MemorySeries counter;
    MemorySeries gauge;
    const std::string name = instance == 0 ? "a" : "b";
    counter.labels = Labels{{"__name__", "c_total"}, {"instance", name}};
    gauge.labels = Labels{{"__name__", "g"}, {"instance", name}};
    for (int i = 0; i <= 10; ++i) {
      group.times_ms.push_back(i * 60'000);
      counter.values.emplace_back(i * 60.0 * (instance + 1));
      gauge.values.emplace_back(i);
    }
    group.series = {counter, gauge};
    source.groups.push_back(group);
  }
  return source;
}

double only_value(const QueryResult& result) {
  REQUIRE(result.series.size() == 1);
  REQUIRE(result.series[0].points.size() == 1);
  return result.series[0].points[0].value;
}

TEST_SUITE("promql/engine") {
  TEST_CASE("a sum of rates is one series per query") {
    const MemorySource source = two_instances();
    const FakeClock clock;
    const Engine engine(source, clock, {});
    const auto result = engine.instant("sum(rate(c_total[5m]))", 600'000);
    REQUIRE(result);
    // 1/s and 2/s.
    CHECK(only_value(*result) == doctest::Approx(3));
    CHECK(result->series[0].labels.empty());
    CHECK(result->type == ValueType::Vector);
  }

  TEST_CASE("a range query gives a matrix that is sorted by labels") {
    const MemorySource source = two_instances();
    const FakeClock clock;
    const Engine engine(source, clock, {});
    const auto result = engine.range("-g", {0, 600'000, 300'000});
    REQUIRE(result);
    REQUIRE(result->series.size() == 2);
    CHECK(result->type == ValueType::Matrix);
    CHECK(result->series[0].labels.to_string() == R"({instance="a"})");
    REQUIRE(result->series[0].points.size() == 3);
    CHECK(result->series[0].points[1].time_ms == 300'000);
    CHECK(result->series[0].points[1].value == -5);
  }

  TEST_CASE("windows and lookback are open on the left") {
    const MemorySource source = two_instances();
    const FakeClock clock;
    const Engine engine(source, clock, {});
    CHECK(only_value(*engine.instant("count_over_time(g{instance=\"a\"}[1m])", 600'000)) == 1);
    CHECK(only_value(*engine.instant("count_over_time(g{instance=\"a\"}[61s])", 600'000)) == 2);
    QueryOptions options;
    options.lookback_ms = 60'000;
    CHECK(engine.instant("g{instance=\"a\"}", 659'999, options)->series.size() == 1);
    CHECK(engine.instant("g{instance=\"a\"}", 660'000, options)->series.empty());
  }

  TEST_CASE("an absent sample ends a series only where absence is stale") {
    for (const bool stale : {true, false}) {
      MemorySource source;
      MemoryGroup group;
      group.absence_is_stale = stale;
      group.times_ms = {0, 60'000};
      group.series.push_back({Labels{{"__name__", "x"}}, {7.0, std::nullopt}});
      source.groups.push_back(group);
      const FakeClock clock;
      const Engine engine(source, clock, {});
      CHECK(engine.instant("x", 59'999)->series.size() == 1);
      CHECK(engine.instant("x", 60'000)->series.size() == (stale ? 0U : 1U));
      CHECK(only_value(*engine.instant("count_over_time(x[5m])", 60'000)) == 1);
    }
  }

  TEST_CASE("a stale marker among the values ends a series") {
    MemorySource source;
    MemoryGroup group;
    group.absence_is_stale = false;
    group.times_ms = {0, 60'000, 120'000};
    group.series.push_back({Labels{{"__name__", "x"}},
                            {7.0, std::bit_cast<double>(uint64_t{0x7ff0000000000002}), std::nullopt}});
    source.groups.push_back(group);
    const FakeClock clock;
    const Engine engine(source, clock, {});
    CHECK(engine.instant("x", 60'000)->series.empty());
    CHECK(engine.instant("x", 130'000)->series.empty());
    CHECK(only_value(*engine.instant("count_over_time(x[5m])", 130'000)) == 1);
  }

  TEST_CASE("errors say which kind they are") {
    const MemorySource source = two_instances();
    FakeClock clock;
    const Engine engine(source, clock, {});
    const auto kind = [&](std::string_view query, const QueryOptions& options = {}) {
      const auto result = engine.instant(query, 600'000, options);
      REQUIRE_FALSE(result);
      return query_error_kind(result.error());
    };
    CHECK(kind("sum(") == QueryErrorKind::BadData);
    CHECK(kind("c_total + on () c_total") == QueryErrorKind::Execution);
    QueryOptions options;
    const std::atomic<bool> cancelled = true;
    options.cancelled = &cancelled;
    CHECK(kind("g", options) == QueryErrorKind::Cancelled);
    clock.step_ns = int64_t{60} * 1'000'000'000;
    CHECK(kind("sum(g) + sum(g)") == QueryErrorKind::Timeout);
    clock.step_ns = 0;
    QueryOptions few;
    few.samples_max = 1;
    CHECK(kind("g", few) == QueryErrorKind::Execution);
  }

  TEST_CASE("names that need an own feature are known") {
    EngineOptions options;
    CHECK(enable_feature(options, "promql-experimental-functions"));
    CHECK(options.parser.experimental_functions);
    CHECK_FALSE(enable_feature(options, "exemplar-storage"));
  }

  TEST_CASE("a raw range selector gives the samples themselves") {
    const MemorySource source = two_instances();
    const FakeClock clock;
    const Engine engine(source, clock, {});
    const auto result = engine.instant("g{instance=\"b\"}[2m]", 150'000);
    REQUIRE(result);
    CHECK(result->type == ValueType::Matrix);
    REQUIRE(result->series.size() == 1);
    REQUIRE(result->series[0].points.size() == 2);
    CHECK(result->series[0].points[0].time_ms == 60'000);
  }
}

}  // namespace
}  // namespace sonde::promql
