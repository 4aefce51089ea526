#include <doctest/doctest.h>

#include <filesystem>

#include "tests/unit/scraper/tsdb/test_database.h"

namespace sonde::tsdb {
namespace {

constexpr storage::TimeRange kAlways{INT64_MIN, INT64_MAX};
constexpr int64_t kMinuteMs = 60 * 1000;
constexpr int64_t kHourMs = 60 * kMinuteMs;

Matcher like(std::string name, std::string expression) {
  return *Matcher::make(MatchType::Regex, std::move(name), std::move(expression));
}

// Three series with a sample per minute for 30 hours, in blocks up to 28 h.
struct Fixture {
  Fixture() {
    DatabaseOptions options;
    options.retention.time_ms = 0;
    database = open_database(folder.path(), context, options);
    const std::vector<Labels> columns{
        {{"__name__", "debug_a"}}, {{"__name__", "debug_b"}, {"keep", "yes"}}, {{"__name__", "up"}}};
    const auto shape = database->intern_shape(columns);
    const auto group = database->open_group({{"job", "j"}}, {});
    for (int i = 0; i < 30 * 60; ++i) {
      const double values[] = {i * 1.0, i * 2.0, i * 3.0};
      REQUIRE(database->append(group, shape, {i * kMinuteMs, values, {}}) == storage::AppendOutcome::Stored);
    }
    context.clock.now_ms = 30 * kHourMs;
  }
  void keep(Retention retention) {
    database->set_retention(retention);
    REQUIRE(database->compact());
  }
  // The hours of the first sample of a metric and how many samples there are.
  std::pair<int64_t, size_t> held(const std::string& metric) const {
    for (const auto& [labels, samples] : read_all(*database, {equals("__name__", metric)}, kAlways)) {
      size_t count = 0;
      int64_t first_ms = INT64_MAX;
      for (const auto& [time_ms, bits] : samples) {
        if (bits == storage::kStaleNanBits) continue;
        ++count;
        first_ms = std::min(first_ms, time_ms);
      }
      return {first_ms / kHourMs, count};
    }
    return {-1, 0};
  }

  TestContext context;
  TemporaryFolder folder;
  std::unique_ptr<Database> database;
};

TEST_SUITE("scraper/tsdb/retention") {
  TEST_CASE("the first rule that a series matches counts") {
    Fixture f;
    f.keep(
        {.time_ms = 0,
         .bytes = 0,
         .percentage = 0,
         .rules = {{{equals("keep", "yes")}, 20 * kHourMs}, {{like("__name__", "debug_.*")}, 5 * kHourMs}}});
    // The block of 24 h lost what was due when it was made; the next ends at 26 h, within the 5 h.
    CHECK(f.held("up") == std::pair<int64_t, size_t>(0, 1800));
    CHECK(f.held("debug_a") == std::pair<int64_t, size_t>(24, 360));
    CHECK(f.held("debug_b") == std::pair<int64_t, size_t>(10, 1200));
  }

  TEST_CASE("a rule may keep a series longer than all others") {
    Fixture f;
    f.keep({.time_ms = 4 * kHourMs, .bytes = 0, .percentage = 0, .rules = {{{equals("__name__", "up")}, 0}}});
    CHECK(f.held("up") == std::pair<int64_t, size_t>(0, 1800));
    // Windows are a tenth of 4 h at most, so that blocks stay two hours long: the one up to 28 h is left.
    CHECK(f.held("debug_a") == std::pair<int64_t, size_t>(26, 240));
    // Nothing more is due: nothing is written anew.
    const uint64_t compactions = f.database->counters().compactions;
    REQUIRE(f.database->compact());
    CHECK(f.database->counters().compactions == compactions);
  }

  TEST_CASE("other rules are applied to old blocks") {
    Fixture f;
    f.keep({.time_ms = 0, .bytes = 0, .percentage = 0, .rules = {{{like("__name__", "none")}, kHourMs}}});
    CHECK(f.held("debug_a").second == 1800);
    f.keep({.time_ms = 0, .bytes = 0, .percentage = 0, .rules = {{{like("__name__", "debug_a")}, kHourMs}}});
    CHECK(f.held("debug_a") == std::pair<int64_t, size_t>(28, 120));  // in the head
    CHECK(f.held("debug_b").second == 1800);
  }

  TEST_CASE("without rules whole blocks go") {
    Fixture f;
    f.keep({.time_ms = 10 * kHourMs, .bytes = 0, .percentage = 0, .rules = {}});
    CHECK(f.held("up") == std::pair<int64_t, size_t>(20, 600));
    CHECK(f.database->counters().blocks_deleted_by_time == 10);
  }
}

}  // namespace
}  // namespace sonde::tsdb
