#include "scraper/tsdb/block_builder.h"

#include <doctest/doctest.h>

#include <random>

#include "tests/unit/scraper/tsdb/test_database.h"

namespace sonde::tsdb {
namespace {

constexpr storage::TimeRange kAlways{INT64_MIN, INT64_MAX};
constexpr int64_t kHourMs = 3600 * 1000;

TEST_SUITE("scraper/tsdb/block_builder") {
  TEST_CASE("series in any order become blocks of two hours that a database reads") {
    TestContext context;
    const TemporaryFolder folder;
    BlockBuilder builder({.path = folder.path() + "/blocks"});
    Model wanted;
    std::mt19937_64 random(7);
    for (int series = 0; series < 20; ++series) {
      const Labels labels{{"__name__", "m" + std::to_string(series % 3)}, {"n", std::to_string(series)}};
      int64_t time_ms = 1700000000000;
      std::vector<int64_t> times_ms;
      std::vector<double> values;
      for (int i = 0; i < 500; ++i) {
        time_ms += 1 + static_cast<int64_t>(random() % 60000);
        times_ms.push_back(time_ms);
        values.push_back(i % 50 == 49 ? std::bit_cast<double>(storage::kStaleNanBits)
                                      : static_cast<double>(random() % 1000) / 10);
        wanted[labels][time_ms] = std::bit_cast<uint64_t>(values.back());
      }
      REQUIRE(builder.add(labels, std::span(times_ms).subspan(250), std::span(values).subspan(250)));
      REQUIRE(builder.add(labels, std::span(times_ms).first(250), std::span(values).first(250)));
    }
    const auto built = builder.finish();
    REQUIRE(built);
    CHECK(built->size() >= 2);
    for (const BuiltBlock& block : *built) {
      CHECK(block.time_max_ms / (2 * kHourMs) == block.time_min_ms / (2 * kHourMs));
      CHECK(block.size_bytes > 0);
    }
    const auto database = open_database(folder.path(), context);
    REQUIRE(database != nullptr);
    CHECK(database->counters().blocks == built->size());
    CHECK(read_all(*database, {}, kAlways) == wanted);
  }

  TEST_CASE("of equal times the sample that was added last wins") {
    TestContext context;
    const TemporaryFolder folder;
    BlockBuilder builder({.path = folder.path() + "/blocks"});
    const Labels labels{{"__name__", "m"}};
    const std::vector<int64_t> time_ms{5};
    const std::vector<double> one{1};
    const std::vector<double> two{2};
    REQUIRE(builder.add(labels, time_ms, one));
    REQUIRE(builder.add(labels, time_ms, two));
    REQUIRE(builder.finish());
    const auto database = open_database(folder.path(), context);
    CHECK(read_all(*database, {}, kAlways) == Model{{labels, {{5, std::bit_cast<uint64_t>(2.0)}}}});
  }

  TEST_CASE("imported samples and those of a group become one series") {
    TestContext context;
    const TemporaryFolder folder;
    const Labels labels{{"__name__", "m"}, {"job", "j"}};
    {
      BlockBuilder builder({.path = folder.path() + "/blocks"});
      REQUIRE(builder.add(labels, std::vector<int64_t>{1000, 2000}, std::vector<double>{1, 2}));
      REQUIRE(builder.finish());
    }
    const auto database = open_database(folder.path(), context);
    const std::vector<Labels> columns{{{"__name__", "m"}}};
    const auto shape = database->intern_shape(columns);
    const auto group = database->open_group({{"job", "j"}}, {});
    const std::vector<double> value{3};
    CHECK(database->append(group, shape, {1500, value, {}}) == storage::AppendOutcome::Stored);
    CHECK(database->append(group, shape, {3000, value, {}}) == storage::AppendOutcome::Stored);
    const auto bits = [](double number) { return std::bit_cast<uint64_t>(number); };
    const Model wanted{{labels, {{1000, bits(1)}, {1500, bits(3)}, {2000, bits(2)}, {3000, bits(3)}}}};
    CHECK(read_all(*database, {}, kAlways) == wanted);
    const auto selection =
        database->select({}, {.range = kAlways, .step_ms = 0, .window_ms = 0, .function = {}});
    REQUIRE(selection);
    CHECK((*selection)->series_count() == 1);
  }
}

}  // namespace
}  // namespace sonde::tsdb
