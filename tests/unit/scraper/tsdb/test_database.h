#pragma once
// What the database's tests share: a clock that stands still, a model that is a plain map, sources of which
// only the samples are asked.

#include <atomic>
#include <bit>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/core/clock.h"
#include "common/core/log.h"
#include "scraper/tsdb/database.h"
#include "tests/unit/temporary_folder.h"

namespace sonde::tsdb {

// Tests write at times near 0, so that is the time.
class StandingClock final : public Clock {
 public:
  int64_t wall_ms() const override { return now_ms.load(); }
  int64_t monotonic_ns() const override { return now_ms.load() * 1'000'000; }
  std::atomic<int64_t> now_ms{0};
};

// Nobody reads the log of a test: it goes to a closed descriptor.
struct TestContext {
  StandingClock clock;
  Logger logger{clock, -1};
};

inline Matcher equals(std::string name, std::string value) {
  return *Matcher::make(MatchType::Equal, std::move(name), std::move(value));
}

// Series, their times and the bits of their values; a stale marker is kStaleNanBits.
using Samples = std::map<int64_t, uint64_t>;
using Model = std::map<Labels, Samples>;

// Everything in the range, as samples: where absence ends a series there is a stale marker.
inline Model read_all(const storage::SeriesSource& source, std::vector<Matcher> matchers,
                      storage::TimeRange range) {
  Model model;
  auto selection = source.select(matchers, {.range = range, .step_ms = 0, .window_ms = 0, .function = {}});
  if (!selection) return model;
  std::vector<int64_t> times_ms;
  storage::Column column;
  for (size_t g = 0; g < (*selection)->groups().size(); ++g) {
    const storage::SelectedGroup group = (*selection)->groups()[g];
    if (!(*selection)->read_times(g, times_ms)) return {};
    for (size_t series = group.series_begin; series < group.series_end; ++series) {
      if (!(*selection)->read_column(series, column) || column.values.size() != times_ms.size()) return {};
      Samples samples;
      bool was_present = false;
      for (size_t i = 0; i < times_ms.size(); ++i) {
        if (column.has(i)) {
          samples[times_ms[i]] = std::bit_cast<uint64_t>(column.values[i]);
        } else if (was_present && group.absence_is_stale) {
          samples[times_ms[i]] = storage::kStaleNanBits;
        }
        was_present = column.has(i);
      }
      if (!samples.empty()) model[(*selection)->labels(series)] = std::move(samples);
    }
  }
  return model;
}

// A source without lists of labels: nobody asks it for them.
class SamplesOnlySource : public storage::SeriesSource {
 public:
  Result<std::vector<std::string>> label_names(std::span<const std::vector<Matcher>>, storage::TimeRange,
                                               size_t) const override {
    return std::vector<std::string>();
  }
  Result<std::vector<std::string>> label_values(std::string_view, std::span<const std::vector<Matcher>>,
                                                storage::TimeRange, size_t) const override {
    return std::vector<std::string>();
  }
  Result<std::vector<Labels>> series(std::span<const std::vector<Matcher>>, storage::TimeRange,
                                     size_t) const override {
    return std::vector<Labels>();
  }
};

inline std::unique_ptr<Database> open_database(const std::string& path, TestContext& context,
                                               DatabaseOptions options = {}) {
  options.path = path;
  options.run_compaction = false;
  auto database = Database::open(std::move(options), context.clock, context.logger);
  if (!database) return nullptr;
  (*database)->start_replay();
  (*database)->wait_until_ready();
  return *std::move(database);
}

}  // namespace sonde::tsdb
