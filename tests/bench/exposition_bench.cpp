// What the exposition costs: reading a body of 1,200 samples like a node exporter's (target: 30 ns per sample
// for splitting lines and reading numbers), and writing such a page (target: 0.25 ms per scrape, collectors
// included).

#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/exposition/metric_sink.h"
#include "common/exposition/text_reader.h"

namespace sonde::exposition {
namespace {

constexpr Desc kCpu{.name = "node_cpu_seconds_total",
                    .help = "Seconds the CPUs spent in each mode.",
                    .type = MetricType::Counter,
                    .labels = {"cpu", "mode"}};
constexpr Desc kDisk{.name = "node_disk_read_bytes_total",
                     .help = "The total number of bytes read successfully.",
                     .type = MetricType::Counter,
                     .labels = {"device"}};
constexpr Desc kNet{.name = "node_network_receive_packets_total",
                    .help = "Network device statistic receive_packets.",
                    .type = MetricType::Counter,
                    .labels = {"device"}};
constexpr std::array<std::string_view, 8> kModes{"idle",    "iowait", "irq",    "nice",
                                                 "softirq", "steal",  "system", "user"};
constexpr size_t kSamples = 1200;

// Numbers as an exporter has them: centiseconds, bytes, small counts and gauges without labels.
void fill(MetricSink& sink, const std::vector<const Desc*>& gauges) {
  uint64_t state = 7;
  const auto next = [&state] { return (state = state * 6364136223846793005 + 1442695040888963407) >> 33; };
  static constexpr std::array<std::string_view, 16> kNames{"0", "1", "2",  "3",  "4",  "5",  "6",  "7",
                                                           "8", "9", "10", "11", "12", "13", "14", "15"};
  for (const std::string_view cpu : kNames) {
    for (const std::string_view mode : kModes)
      sink.sample(kCpu, {cpu, mode}, static_cast<double>(next() % 100000000) / 100);
  }
  for (const std::string_view name : kNames) {
    for (int i = 0; i < 10; ++i) sink.sample(kDisk, {name}, static_cast<double>(next()) * 4096);
    for (int i = 0; i < 10; ++i) sink.sample(kNet, {name}, static_cast<double>(next() % 1000000));
  }
  for (size_t i = 128 + 320; i < kSamples; ++i) {
    sink.sample(*gauges[i % gauges.size()], i % 3 == 0 ? 0 : static_cast<double>(next() % 5000000));
  }
}

std::vector<const Desc*> make_gauges(MetricSink& sink) {
  std::vector<const Desc*> out;
  for (int i = 0; i < 250; ++i) {
    out.push_back(
        &sink.family("node_memory_field_" + std::to_string(i) + "_bytes", "A field.", MetricType::Gauge));
  }
  return out;
}

std::string make_body() {
  MetricSink sink;
  fill(sink, make_gauges(sink));
  const std::array<const MetricSink*, 1> sinks{&sink};
  std::string page;
  join_text(sinks, page);
  return page;
}

void count_samples(benchmark::State& state) {
  state.counters["ns_per_sample"] =
      benchmark::Counter(static_cast<double>(kSamples) / 1e9,
                         benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void read_entries(benchmark::State& state) {
  const std::string body = make_body();
  for (auto _ : state) {
    TextReader reader(body, Dialect::Text);
    double sum = 0;
    for (EntryKind kind = reader.next(); kind != EntryKind::End; kind = reader.next()) {
      if (kind == EntryKind::Sample) sum += reader.entry().value;
    }
    benchmark::DoNotOptimize(sum);
  }
  count_samples(state);
}
BENCHMARK(read_entries);

void read_known_series(benchmark::State& state) {
  const std::string body = make_body();
  std::vector<std::string> known;
  TextReader first(body, Dialect::Text);
  for (EntryKind kind = first.next(); kind != EntryKind::End; kind = first.next()) {
    if (kind == EntryKind::Sample) known.emplace_back(first.entry().series);
  }
  for (auto _ : state) {
    TextReader reader(body, Dialect::Text);
    double sum = 0;
    for (const std::string& series : known) {
      while (!reader.next_known(series)) reader.next();
      sum += reader.entry().value;
    }
    benchmark::DoNotOptimize(sum);
  }
  count_samples(state);
}
BENCHMARK(read_known_series);

void decode_all_series(benchmark::State& state) {
  const std::string body = make_body();
  for (auto _ : state) {
    TextReader reader(body, Dialect::Text);
    for (EntryKind kind = reader.next(); kind != EntryKind::End; kind = reader.next()) {
      if (kind == EntryKind::Sample) benchmark::DoNotOptimize(decode_series(reader.entry().series));
    }
  }
  count_samples(state);
}
BENCHMARK(decode_all_series);

void write_page(benchmark::State& state) {
  MetricSink sink;
  const std::vector<const Desc*> gauges = make_gauges(sink);
  const std::array<const MetricSink*, 1> sinks{&sink};
  PageJoiner joiner;
  std::string page;
  for (auto _ : state) {
    sink.clear();
    fill(sink, gauges);
    page.clear();
    joiner.join(sinks, page);
    benchmark::DoNotOptimize(page.data());
  }
  count_samples(state);
}
BENCHMARK(write_page);

}  // namespace
}  // namespace sonde::exposition

BENCHMARK_MAIN();
