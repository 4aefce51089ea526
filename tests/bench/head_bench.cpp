// The head's promised figures, on simulated node exporters: append with log and seal, one metric over all
// groups, memory and bytes per sample. A plain program, since it measures one long run and not a loop.
//
//   bench_head [GROUPS [COLUMNS [ROWS [SHARDS]]]]      1000 500 480 1
//
// Of the columns 67 % never change, 19 % are counters, 9 % integer gauges, 3 % decimals and 2 % true doubles;
// those that change do so in three rows of four, so that a quarter of all values changes per row. Queries are
// CPU time of one thread, best of nine.

#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "common/core/clock.h"
#include "common/core/log.h"
#include "scraper/tsdb/database.h"

namespace sonde {
namespace {

constexpr int64_t kFirstTimeMs = 1700000000000 / 7200000 * 7200000;
constexpr int64_t kStepMs = 15000;

int64_t cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<int64_t>(now.tv_sec) * 1000000000 + now.tv_nsec;
}

double anonymous_bytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (word != "RssAnon:") continue;
    double kilobytes = 0;
    status >> kilobytes;
    return kilobytes * 1024;
  }
  return 0;
}

uint64_t mix(uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccd;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53;
  return x ^ (x >> 33);
}

// Moves one group's row on by a step.
void step_row(std::vector<double>& row, size_t group, int64_t number) {
  for (size_t c = 0; c < row.size(); ++c) {
    const uint64_t noise = mix(group * 1000003 + c * 10007 + static_cast<uint64_t>(number));
    switch (c % 100) {
      case 0:  // one true double in fifty, one decimal in thirty-three
      case 50:
        row[c] += static_cast<double>(noise % 1000) / 7919.0;
        break;
      case 1:
      case 34:
      case 67:
        if (noise % 4 != 0) row[c] = (std::round(row[c] * 100) + static_cast<double>(noise / 4 % 200)) / 100;
        break;
      default:
        if (noise % 4 == 0) break;
        if (c % 100 % 5 == 2) row[c] += static_cast<double>(noise / 4 % (100 << (c % 7)));  // a counter
        if (c % 100 % 12 == 3) row[c] = 1e6 + static_cast<double>(noise / 4 % 4096) * 4;    // a gauge
    }
  }
}

struct Run {
  size_t groups;
  size_t columns;
  int64_t rows;
  size_t shards = 1;

  double series() const { return static_cast<double>(groups * columns); }
};

void query(const tsdb::Database& database, const Run& run, const char* what, const std::string& metric,
           int64_t range_ms) {
  const int64_t end_ms = kFirstTimeMs + run.rows * kStepMs;
  const std::vector<Matcher> matchers{*Matcher::make(MatchType::Equal, "__name__", metric)};
  const storage::SelectHints hints{
      .range = {end_ms - range_ms, end_ms}, .step_ms = 0, .window_ms = 0, .function = {}};
  int64_t best_select_ns = INT64_MAX;
  int64_t best_ns = INT64_MAX;
  size_t samples = 0;
  std::vector<int64_t> times_ms;
  storage::Column column;
  for (int round = 0; round < 9; ++round) {
    const int64_t begin_ns = cpu_ns();
    const auto selection = database.select(matchers, hints);
    const int64_t selected_ns = cpu_ns();
    samples = 0;
    for (size_t g = 0; g < (*selection)->groups().size(); ++g) {
      if (!(*selection)->read_times(g, times_ms)) std::abort();
      for (size_t s = (*selection)->groups()[g].series_begin; s < (*selection)->groups()[g].series_end; ++s) {
        if (!(*selection)->read_column(s, column)) std::abort();
        samples += column.values.size();
      }
    }
    best_select_ns = std::min(best_select_ns, selected_ns - begin_ns);
    best_ns = std::min(best_ns, cpu_ns() - begin_ns);
  }
  std::printf("query  %-28s %8.2f ms, of it select %.2f ms, %zu samples, %.1f ns each\n", what,
              static_cast<double>(best_ns) / 1e6, static_cast<double>(best_select_ns) / 1e6, samples,
              static_cast<double>(best_ns) / static_cast<double>(std::max<size_t>(1, samples)));
}

void append_all(tsdb::Database& database, const Run& run) {
  std::vector<Labels> labels;
  for (size_t c = 0; c < run.columns; ++c)
    labels.push_back({{"__name__", "m" + std::to_string(c)}, {"mode", "x"}});
  const auto shape = database.intern_shape(labels);
  std::vector<storage::GroupId> ids;
  for (size_t g = 0; g < run.groups; ++g) {
    ids.push_back(database.open_group({{"instance", "host-" + std::to_string(g)}, {"job", "node"}}, {}));
  }
  std::vector<std::vector<double>> rows(run.groups, std::vector<double>(run.columns, 1));
  std::vector<int64_t> costs_ns;
  int64_t total_ns = 0;
  for (int64_t number = 0; number < run.rows; ++number) {
    for (size_t g = 0; g < run.groups; ++g) {
      step_row(rows[g], g, number);
      const int64_t begin_ns = cpu_ns();
      database.append(ids[g], shape, {kFirstTimeMs + number * kStepMs, rows[g], {}});
      const int64_t cost_ns = cpu_ns() - begin_ns;
      if (number < run.rows / 2) continue;  // steady state: the second half
      costs_ns.push_back(cost_ns);
      total_ns += cost_ns;
    }
  }
  const auto samples = static_cast<double>(costs_ns.size() * run.columns);
  const auto at = [&](double share) {
    const auto nth =
        costs_ns.begin() + static_cast<ptrdiff_t>(share * static_cast<double>(costs_ns.size() - 1));
    std::nth_element(costs_ns.begin(), nth, costs_ns.end());
    return static_cast<double>(*nth);
  };
  std::printf(
      "append %.1f ns per sample with log and seal (mean); a row %.1f us (p25) %.1f us (p50) %.0f us "
      "(p99.9)\n",
      static_cast<double>(total_ns) / samples, at(0.25) / 1e3, at(0.5) / 1e3, at(0.999) / 1e3);
}

int main_with(const Run& run) {
  std::string folder = (std::filesystem::temp_directory_path() / "sonde-bench-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return 1;
  const SystemClock clock;
  Logger logger(clock, 2);
  tsdb::DatabaseOptions options;
  options.path = folder;
  options.run_compaction = false;
  options.shard_count = run.shards;
  {
    auto database = tsdb::Database::open(options, clock, logger);
    if (!database) return 1;
    (*database)->start_replay();
    (*database)->wait_until_ready();
    std::printf("%zu groups of %zu columns, %lld rows\n", run.groups, run.columns,
                static_cast<long long>(run.rows));
    const double before = anonymous_bytes();
    append_all(**database, run);
    const double rows_bytes = run.series() * sizeof(double);  // the generator's own
    const auto counters = (*database)->counters();
    const double samples = run.series() * static_cast<double>(run.rows);
    std::printf("memory %.0f B anonymous per series; head files %.2f B, log %.2f B per sample\n",
                (anonymous_bytes() - before - rows_bytes) / run.series(),
                static_cast<double>(counters.head_file_bytes) / samples,
                static_cast<double>(counters.log_bytes_written) / samples);
    query(**database, run, "counter, last hour", "m2", 3600 * 1000);
    query(**database, run, "counter, two hours", "m2", 7200 * 1000);
    query(**database, run, "true double, last hour", "m50", 3600 * 1000);
    query(**database, run, "constant, last hour", "m4", 3600 * 1000);
    query(**database, run, "counter, last five minutes", "m2", 300 * 1000);
  }
  auto begin = std::chrono::steady_clock::now();
  auto database = tsdb::Database::open(options, clock, logger);
  (*database)->start_replay();
  (*database)->wait_until_ready();
  const auto elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin);
  std::printf("replay %.2f s wall, %.1f ns per sample\n", elapsed.count(),
              elapsed.count() * 1e9 / (run.series() * static_cast<double>(run.rows)));
  database->reset();
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace sonde

int main(int argc, char** argv) {
  sonde::Run run{1000, 500, 480};
  if (argc > 1) run.groups = std::strtoul(argv[1], nullptr, 10);
  if (argc > 2) run.columns = std::strtoul(argv[2], nullptr, 10);
  if (argc > 3) run.rows = std::strtol(argv[3], nullptr, 10);
  if (argc > 4) run.shards = std::strtoul(argv[4], nullptr, 10);
  return sonde::main_with(run);
}
