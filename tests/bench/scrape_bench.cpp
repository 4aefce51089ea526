// What reading a scrape costs per sample once the body is there: with the memo, and as if there were none.
// The body is like a node exporter's: families of a few series each, HELP and TYPE lines, a fifth of the
// values change.
#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

#include "scraper/scrape/body_reader.h"
#include "scraper/scrape/memo_builder.h"

namespace {

using namespace sonde;  // NOLINT: one file, nothing else in it

constexpr int kFamilies = 200;
constexpr int kSeriesPerFamily = 6;
constexpr size_t kBodies = 16;

class NullSink final : public storage::SampleSink {
 public:
  storage::ShapePtr intern_shape(std::span<const Labels>) override { return {}; }
  storage::GroupId open_group(const Labels&, storage::GroupOptions) override { return {}; }
  storage::AppendOutcome append(storage::GroupId, const storage::ShapePtr&, const storage::Row&) override {
    return storage::AppendOutcome::Stored;
  }
  storage::AppendOutcome append_stale(storage::GroupId, int64_t) override {
    return storage::AppendOutcome::Stored;
  }
  void close_group(storage::GroupId) override {}
};

std::vector<std::string> make_bodies() {
  std::mt19937_64 random(1);
  std::vector<double> values(kFamilies * kSeriesPerFamily);
  for (double& value : values) value = static_cast<double>(random() % 10'000'000) / 100;
  std::vector<std::string> bodies;
  for (size_t b = 0; b < kBodies; ++b) {
    std::string body;
    for (int f = 0; f < kFamilies; ++f) {
      const std::string name = "node_something_family_" + std::to_string(f) + "_total";
      body += "# HELP " + name + " What this family counts, in a sentence of the usual length.\n";
      body += "# TYPE " + name + " counter\n";
      for (int s = 0; s < kSeriesPerFamily; ++s) {
        double& value = values[static_cast<size_t>(f * kSeriesPerFamily + s)];
        if (random() % 5 == 0) value += static_cast<double>(random() % 1000) / 100;
        body += name + "{device=\"eth" + std::to_string(s) + "\",mode=\"receive\"} ";
        char text[32];
        std::snprintf(text, sizeof text, "%.10g", value);
        body += text;
        body += '\n';
      }
    }
    bodies.push_back(std::move(body));
  }
  return bodies;
}

void read_bodies(benchmark::State& state, bool compare) {
  const std::vector<std::string> bodies = make_bodies();
  NullSink sink;
  scrape::MemoTable table;
  const scrape::SampleRules rules;
  const Labels target{{"job", "node"}, {"instance", "localhost:9100"}};
  const auto memo = scrape::build_memo({.rules = rules, .target = target, .table = table, .sink = sink},
                                       bodies[0], exposition::Dialect::Text)
                        .memo;
  scrape::BodyValues values;
  size_t samples = 0;
  size_t bytes = 0;
  for (auto _ : state) {
    const std::string& body = bodies[samples % kBodies];
    scrape::BodyReader reader(body, *memo, {.compare = compare}, values);
    if (reader.read() != scrape::BodyFit::Read) state.SkipWithError("the body does not fit");
    samples += values.scraped;
    bytes += body.size();
    benchmark::DoNotOptimize(values.columns.data());
  }
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
  state.counters["ns_per_sample"] = benchmark::Counter(
      static_cast<double>(samples) * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void BM_with_memo(benchmark::State& state) {
  read_bodies(state, true);
}
void BM_without_memo(benchmark::State& state) {
  read_bodies(state, false);
}

// The first scrape of a target whose shape nobody has had.
void BM_new_shape(benchmark::State& state) {
  const std::vector<std::string> bodies = make_bodies();
  NullSink sink;
  const scrape::SampleRules rules;
  const Labels target{{"job", "node"}, {"instance", "localhost:9100"}};
  for (auto _ : state) {
    scrape::MemoTable table;
    auto built = scrape::build_memo({.rules = rules, .target = target, .table = table, .sink = sink},
                                    bodies[0], exposition::Dialect::Text);
    benchmark::DoNotOptimize(built.memo.get());
  }
  state.counters["ns_per_sample"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * kFamilies * kSeriesPerFamily * 1e-9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

BENCHMARK(BM_with_memo);
BENCHMARK(BM_without_memo);
BENCHMARK(BM_new_shape);

}  // namespace

BENCHMARK_MAIN();
