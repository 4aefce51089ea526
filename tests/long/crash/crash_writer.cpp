// Appends rows that anybody can recompute, as fast as it is told, until it is killed. At its start it checks
// that what the database recovered is exactly a prefix of what was ever appended. crash_test.py drives it.
//
//   crash-writer FOLDER
//   prints "recovered LAST" (the newest row that every group has, -1 without any), then "row NUMBER
//   MONOTONIC_NS" after each.

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/core/clock.h"
#include "common/core/log.h"
#include "scraper/tsdb/database.h"

namespace sonde {
namespace {

constexpr int64_t kFirstTimeMs = 1700000000000;
constexpr int64_t kStepMs = 15000;
constexpr int64_t kPauseUs = 500;
constexpr int64_t kHourMs = 3600LL * 1000;
constexpr int64_t kBlockRangeMs = kHourMs;  // so that blocks of 3 h are merged
constexpr int64_t kRetentionMs = 36 * kHourMs;
constexpr size_t kGroups = 6;
constexpr size_t kColumns[kGroups] = {1, 3, 20, 64, 65, 150};

// The wall clock is the newest row's time, since retention counts from it.
class RowClock final : public Clock {
 public:
  int64_t wall_ms() const override { return wall_ms_.load(); }
  int64_t monotonic_ns() const override { return real_.monotonic_ns(); }
  void set_row(int64_t row) { wall_ms_.store(kFirstTimeMs + row * kStepMs); }

 private:
  SystemClock real_;
  std::atomic<int64_t> wall_ms_{kFirstTimeMs};
};

// Constants, counters, decimals, raw doubles, and columns that come and go.
double value_of(size_t group, size_t column, int64_t row) {
  switch (column % 5) {
    case 0:
      return 42;
    case 1:
      return static_cast<double>(row * 3 + static_cast<int64_t>(group));
    case 2:
      return static_cast<double>((row * 7919 + static_cast<int64_t>(column)) % 1000) / 10;
    case 3:
      return 1.0 / static_cast<double>(row + 2);
    default:
      return static_cast<double>(row / 50);
  }
}

bool is_present(size_t column, int64_t row) {
  return column % 7 != 6 || row % 40 < 30;
}

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "FAIL %s\n", what.c_str());
  std::exit(3);
}

std::vector<Labels> columns_of(size_t group) {
  std::vector<Labels> columns;
  for (size_t c = 0; c < kColumns[group]; ++c) {
    columns.push_back({{"__name__", "m" + std::to_string(c % 10)}, {"c", std::to_string(c)}});
  }
  return columns;
}

// The newest row of the group, after every sample was compared.
int64_t check_group(const tsdb::Database& database, size_t group) {
  const std::vector<Matcher> matchers{*Matcher::make(MatchType::Equal, "group", std::to_string(group))};
  const storage::SelectHints hints{
      .range = {INT64_MIN, INT64_MAX}, .step_ms = 0, .window_ms = 0, .function = {}};
  const auto selection = database.select(matchers, hints);
  if (!selection) fail(selection.error().message());
  if ((*selection)->groups().empty()) return -1;
  if ((*selection)->groups().size() != 1) fail("a group came back as several");
  std::vector<int64_t> times_ms;
  if (auto read = (*selection)->read_times(0, times_ms); !read) fail(read.error().message());
  for (size_t i = 1; i < times_ms.size(); ++i) {
    if (times_ms[i] != times_ms[i - 1] + kStepMs) fail("rows are missing in the middle");
  }
  const int64_t first_row = (times_ms.front() - kFirstTimeMs) / kStepMs;
  const int64_t last_row = (times_ms.back() - kFirstTimeMs) / kStepMs;
  if (first_row != 0 && times_ms.back() - times_ms.front() < kRetentionMs) fail("old rows are missing");
  storage::Column column;
  for (size_t series = 0; series < (*selection)->series_count(); ++series) {
    if (auto read = (*selection)->read_column(series, column); !read) fail(read.error().message());
    const size_t index = std::stoul(std::string((*selection)->labels(series).get("c")));
    for (size_t i = 0; i < times_ms.size(); ++i) {
      const int64_t row = first_row + static_cast<int64_t>(i);
      const bool is_same = column.has(i) == is_present(index, row) &&
                           (!column.has(i) || std::bit_cast<uint64_t>(column.values[i]) ==
                                                  std::bit_cast<uint64_t>(value_of(group, index, row)));
      if (!is_same)
        fail("group " + std::to_string(group) + " column " + std::to_string(index) + " row " +
             std::to_string(row));
    }
  }
  return last_row;
}

void append_row(tsdb::Database& database, storage::GroupId id, const storage::ShapePtr& shape, size_t group,
                int64_t row) {
  std::vector<double> values(kColumns[group]);
  std::vector<uint64_t> absent(kColumns[group] / 64 + 1);
  for (size_t c = 0; c < values.size(); ++c) {
    values[c] = value_of(group, c, row);
    if (!is_present(c, row)) absent[c / 64] |= 1ULL << (c % 64);
  }
  const auto outcome = database.append(id, shape, {kFirstTimeMs + row * kStepMs, values, absent});
  if (outcome != storage::AppendOutcome::Stored) fail("a row was refused");
}

int run(const std::string& folder) {
  RowClock clock;
  Logger logger(clock, 2);
  logger.set(LogLevel::Error, LogFormat::Logfmt);
  tsdb::DatabaseOptions options;
  options.path = folder;
  options.retention.time_ms = kRetentionMs;
  options.wal_segment_bytes = 1 << 20;
  options.shard_count = 2;
  options.block_range_ms = kBlockRangeMs;
  options.run_compaction = false;
  auto opened = tsdb::Database::open(options, clock, logger);
  if (!opened) fail(opened.error().message());
  tsdb::Database& database = **opened;
  database.start_replay();
  database.wait_until_ready();
  std::vector<int64_t> next_row;
  int64_t recovered = INT64_MAX;
  for (size_t group = 0; group < kGroups; ++group) {
    const int64_t last = check_group(database, group);
    recovered = std::min(recovered, last);
    next_row.push_back(last + 1);
  }
  clock.set_row(std::max<int64_t>(recovered, 0));
  std::printf("recovered %lld\n", static_cast<long long>(recovered));
  std::fflush(stdout);
  std::vector<storage::GroupId> ids;
  std::vector<storage::ShapePtr> shapes;
  for (size_t group = 0; group < kGroups; ++group) {
    ids.push_back(database.open_group({{"group", std::to_string(group)}}, {}));
    shapes.push_back(database.intern_shape(columns_of(group)));
  }
  const std::jthread compactor([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (auto done = database.compact(); !done) fail(done.error().message());
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  for (int64_t row = recovered + 1;; ++row) {
    for (size_t group = 0; group < kGroups; ++group) {
      if (row >= next_row[group]) append_row(database, ids[group], shapes[group], group, row);
    }
    clock.set_row(row);
    std::printf("row %lld %lld\n", static_cast<long long>(row), static_cast<long long>(clock.monotonic_ns()));
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::microseconds(kPauseUs));
  }
}

}  // namespace
}  // namespace sonde

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: crash-writer FOLDER\n");
    return 2;
  }
  return sonde::run(argv[1]);
}
