#include "scraper/tsdb/series_block.h"

#include <doctest/doctest.h>

#include <random>

#include "tests/unit/scraper/tsdb/test_database.h"

namespace sonde::tsdb {
namespace {

constexpr storage::TimeRange kAlways{INT64_MIN, INT64_MAX};
constexpr int64_t kDayMs = 24LL * 3600 * 1000;

TEST_SUITE("scraper/tsdb/series_block") {
  TEST_CASE("series by series a block becomes what a database reads") {
    TestContext context;
    const TemporaryFolder folder;
    const std::string blocks = folder.path() + "/blocks";
    REQUIRE(io::real_file_system().make_directories(blocks));
    std::mt19937_64 random(5);
    Model wanted;
    SeriesBlock block(10 * kDayMs, kDayMs);
    CHECK(block.empty());
    for (int series = 0; series < 50; ++series) {
      const Labels labels{{"__name__", "m" + std::to_string(series % 7)}, {"n", std::to_string(series)}};
      std::vector<SeriesSample> samples;
      int64_t time_ms = 10 * kDayMs + static_cast<int64_t>(random() % 1000);
      while (time_ms < 11 * kDayMs) {
        const uint64_t bits = random() % 3 == 0 ? random()
                              : random() % 9 == 0
                                  ? storage::kStaleNanBits
                                  : std::bit_cast<uint64_t>(static_cast<double>(random() % 10));
        samples.push_back({time_ms, std::bit_cast<double>(bits)});
        wanted[labels][time_ms] = bits;
        time_ms += 1 + static_cast<int64_t>(random() % 200'000);
      }
      const uint64_t before = block.memory_bytes();
      block.add(labels, samples);
      CHECK(block.memory_bytes() > before);
    }
    const auto built = block.write(io::real_file_system(), blocks);
    REQUIRE(built);
    CHECK(built->name == "864000000-950400000-import-1.block");
    CHECK(built->series == 50);
    CHECK(built->size_bytes > 0);
    const auto database = open_database(folder.path(), context);
    REQUIRE(database != nullptr);
    CHECK(read_all(*database, {}, kAlways) == wanted);
  }

  TEST_CASE("a name that is there already is not taken") {
    const TemporaryFolder folder;
    const std::vector<SeriesSample> samples{{5, 1}};
    for (const char* name : {"0-100-import-1.block", "0-100-import-2.block"}) {
      SeriesBlock block(0, 100);
      block.add(Labels{{"a", "b"}}, samples);
      CHECK(block.write(io::real_file_system(), folder.path())->name == name);
    }
  }
}

}  // namespace
}  // namespace sonde::tsdb
