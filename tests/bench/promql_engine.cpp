// What a query costs beyond reading samples: a day of 1,000 counters, a sample each 15 s, at steps of a
// minute. The source hands out prepared columns.
#include <benchmark/benchmark.h>

#include <string>

#include "scraper/promql/engine.h"

namespace sonde::promql {
namespace {

constexpr size_t kSeries = 1000;
constexpr int64_t kDayMs = 86'400'000;
constexpr int64_t kIntervalMs = 15'000;

class PreparedSelection final : public storage::Selection {
 public:
  PreparedSelection() {
    for (size_t series = 0; series < kSeries; ++series) groups_.push_back({series, series + 1, true});
    for (int64_t time = 0; time <= kDayMs; time += kIntervalMs) {
      times_ms_.push_back(time);
      column_.values.push_back(static_cast<double>(time / 100));
    }
  }
  std::span<const storage::SelectedGroup> groups() const override { return groups_; }
  size_t series_count() const override { return kSeries; }
  Labels labels(size_t series) const override {
    return Labels{{"__name__", "http_requests_total"},
                  {"instance", "10.0.0." + std::to_string(series / 4)},
                  {"job", "api"},
                  {"code", std::to_string(series % 4)}};
  }
  Status read_times(size_t, std::vector<int64_t>& times_ms) const override {
    times_ms = times_ms_;
    return Ok{};
  }
  Status read_column(size_t, storage::Column& column) const override {
    column = column_;
    return Ok{};
  }

 private:
  std::vector<storage::SelectedGroup> groups_;
  std::vector<int64_t> times_ms_;
  storage::Column column_;
};

class PreparedSource final : public storage::SeriesSource {
 public:
  Result<std::unique_ptr<storage::Selection>> select(std::span<const Matcher>,
                                                     const storage::SelectHints&) const override {
    std::unique_ptr<storage::Selection> selection = std::make_unique<PreparedSelection>();
    return selection;
  }
  Result<std::vector<std::string>> label_names(std::span<const std::vector<Matcher>>, storage::TimeRange,
                                               size_t) const override {
    return std::vector<std::string>{};
  }
  Result<std::vector<std::string>> label_values(std::string_view, std::span<const std::vector<Matcher>>,
                                                storage::TimeRange, size_t) const override {
    return std::vector<std::string>{};
  }
  Result<std::vector<Labels>> series(std::span<const std::vector<Matcher>>, storage::TimeRange,
                                     size_t) const override {
    return std::vector<Labels>{};
  }
};

void run_query(benchmark::State& state, std::string_view query) {
  const PreparedSource source;
  const SystemClock clock;
  const Engine engine(source, clock, {});
  for (auto _ : state) {
    auto result = engine.range(query, {0, kDayMs, 60'000});
    if (!result) state.SkipWithError(result.error().message().c_str());
    benchmark::DoNotOptimize(result);
  }
}

BENCHMARK_CAPTURE(run_query, sum_rate, "sum by (instance) (rate(http_requests_total[5m]))")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run_query, sum, "sum by (instance) (http_requests_total)")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run_query, rate, "rate(http_requests_total[5m])")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run_query, max_over_time, "max(max_over_time(http_requests_total[5m]))")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run_query, divide, "sum(http_requests_total / http_requests_total)")
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sonde::promql

BENCHMARK_MAIN();
