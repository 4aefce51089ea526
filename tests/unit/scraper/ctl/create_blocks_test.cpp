#include "scraper/ctl/create_blocks.h"

#include <doctest/doctest.h>

#include "common/core/clock.h"
#include "common/core/log.h"
#include "scraper/tsdb/database.h"
#include "tests/unit/temporary_folder.h"

namespace sonde::ctl {
namespace {

struct Sample {
  int64_t time_ms;
  double value;
  friend bool operator==(const Sample&, const Sample&) = default;
};

// Everything that a database on the folder has of a metric.
std::vector<Sample> stored(const std::string& folder, std::string metric) {
  const SystemClock clock;
  Logger logger(clock, 2);
  logger.set(LogLevel::Error, LogFormat::Logfmt);
  auto database = tsdb::Database::open({.path = folder, .retention = {.time_ms = 0}, .run_compaction = false},
                                       clock, logger);
  REQUIRE_MESSAGE(database.ok(), database.error().message());
  (*database)->start_replay();
  (*database)->wait_until_ready();
  const std::vector<Matcher> matchers{*Matcher::make(MatchType::Equal, "__name__", std::move(metric))};
  const auto selection = (*database)->select(matchers, {.range = {0, 4'000'000'000'000}, .function = {}});
  REQUIRE(selection);
  std::vector<Sample> out;
  for (size_t g = 0; g < (*selection)->groups().size(); ++g) {
    std::vector<int64_t> times_ms;
    REQUIRE((*selection)->read_times(g, times_ms));
    const storage::SelectedGroup group = (*selection)->groups()[g];
    for (size_t s = group.series_begin; s < group.series_end; ++s) {
      storage::Column column;
      REQUIRE((*selection)->read_column(s, column));
      for (size_t i = 0; i < times_ms.size(); ++i) {
        if (column.has(i)) out.push_back({times_ms[i], column.values[i]});
      }
    }
  }
  return out;
}

constexpr std::string_view kHistory =
    "# HELP a Help.\n# TYPE a gauge\n"
    "a{b=\"c\"} 1 1700000000\na{b=\"c\"} 2 1700000060\na{b=\"c\"} 3 1700007200\n"
    "# TYPE d gauge\nd 4 1700000000.5\n# EOF\n";

}  // namespace

TEST_SUITE("ctl/create_blocks") {
  TEST_CASE("history becomes blocks that a database serves") {
    const TemporaryFolder folder;
    const auto blocks = backfill(kHistory, {.folder = folder.path(), .extra_labels = {}});
    REQUIRE_MESSAGE(blocks.ok(), blocks.error().message());
    CHECK(blocks->size() == 2);  // 1699999200 and 1700006400 are multiples of two hours
    uint64_t samples = 0;
    for (const auto& block : *blocks) samples += block.samples;
    CHECK(samples == 4);
    CHECK(stored(folder.path(), "a") ==
          std::vector<Sample>{{1'700'000'000'000, 1}, {1'700'000'060'000, 2}, {1'700'007'200'000, 3}});
    CHECK(stored(folder.path(), "d") == std::vector<Sample>{{1'700'000'000'500, 4}});
  }

  TEST_CASE("several passes make what one pass makes") {
    const TemporaryFolder folder;
    const auto blocks =
        backfill(kHistory, {.folder = folder.path(), .samples_per_pass_max = 1, .extra_labels = {}});
    REQUIRE(blocks);
    CHECK(blocks->size() == 2);
    CHECK(stored(folder.path(), "a").size() == 3);
  }

  TEST_CASE("a series whose lines go back in time is taken in pieces") {
    const TemporaryFolder folder;
    const auto blocks =
        backfill("a 2 1700000060\na 1 1700000000\n# EOF\n", {.folder = folder.path(), .extra_labels = {}});
    REQUIRE(blocks);
    CHECK(stored(folder.path(), "a") == std::vector<Sample>{{1'700'000'000'000, 1}, {1'700'000'060'000, 2}});
  }

  TEST_CASE("labels are added to every series") {
    const TemporaryFolder folder;
    REQUIRE(backfill(kHistory,
                     {.folder = folder.path(), .extra_labels = Labels{{"__name__", "renamed"}, {"x", "y"}}}));
    CHECK(stored(folder.path(), "renamed").size() == 4);
  }

  TEST_CASE("a sample without a time and a text without an end are refused") {
    const TemporaryFolder folder;
    const auto error = [&](std::string_view text) {
      const auto blocks = backfill(text, {.folder = folder.path(), .extra_labels = {}});
      return blocks ? std::string("accepted") : blocks.error().message();
    };
    CHECK(error("a 1\n# EOF\n").find("expected timestamp for series \"a\"") != std::string::npos);
    CHECK(error("a 1 1700000000\n").find("EOF") != std::string::npos);
    CHECK(error("a{ 1 1700000000\n# EOF\n") != "accepted");
  }

  TEST_CASE("the verb's exit code says whether it worked") {
    const TemporaryFolder folder;
    const std::vector<std::string> missing{folder.path() + "/none", folder.path()};
    CHECK(create_blocks_from_openmetrics(missing) == 1);
    const std::vector<std::string> none;
    CHECK(create_blocks_from_openmetrics(none) == 1);
  }
}

}  // namespace sonde::ctl
