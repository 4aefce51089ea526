#include "scraper/tsdb/block_merge.h"

#include <doctest/doctest.h>

#include <array>
#include <random>

#include "scraper/tsdb/block_builder.h"
#include "tests/unit/scraper/tsdb/test_database.h"

namespace sonde::tsdb {
namespace {

constexpr storage::TimeRange kAlways{INT64_MIN, INT64_MAX};

// A block as a source of its own.
class OneBlock final : public SamplesOnlySource {
 public:
  explicit OneBlock(std::shared_ptr<const BlockReader> block) : block_(std::move(block)) {}
  Result<std::unique_ptr<storage::Selection>> select(std::span<const Matcher> matchers,
                                                     const storage::SelectHints& hints) const override {
    std::vector<FoundStretch> found;
    block_->select(matchers, hints.range, found);
    return make_selection(std::move(found), {block_});
  }

 private:
  std::shared_ptr<const BlockReader> block_;
};

struct Fixture {
  // One block of samples of random series; the model says what must be read of all of them.
  std::shared_ptr<const BlockReader> add(int64_t begin_ms, int64_t step_ms, size_t rows,
                                         std::mt19937_64& random) {
    BlockBuilder builder({.path = folder.path(), .block_range_ms = 1LL << 40});
    for (int series = 0; series < 5; ++series) {
      if (random() % 4 == 0) continue;
      const Labels labels{{"__name__", "m" + std::to_string(series % 2)}, {"n", std::to_string(series)}};
      std::vector<int64_t> times_ms;
      std::vector<double> values;
      for (size_t i = 0; i < rows; ++i) {
        times_ms.push_back(begin_ms + static_cast<int64_t>(i) * step_ms);
        values.push_back(random() % 3 == 0 ? std::bit_cast<double>(random()) : static_cast<double>(i));
        if (std::bit_cast<uint64_t>(values.back()) == storage::kStaleNanBits) values.back() = 0;
        model[labels][times_ms.back()] = std::bit_cast<uint64_t>(values.back());
      }
      REQUIRE(builder.add(labels, times_ms, values));
    }
    auto built = builder.finish();
    REQUIRE(built);
    if (built->empty()) return nullptr;
    return *BlockReader::open(io::real_file_system(), built->front().path);
  }

  std::shared_ptr<const BlockReader> merge(std::vector<std::shared_ptr<const BlockReader>> blocks,
                                           TombstoneList tombstones) {
    const std::string path = folder.path() + "/merged" + std::to_string(++count) + ".block";
    const MergeInput input{
        std::move(blocks), std::make_shared<const TombstoneList>(std::move(tombstones)), {}};
    info = *merge_blocks(io::real_file_system(), path, input);
    if (info.series == 0) return nullptr;
    auto opened = BlockReader::open(io::real_file_system(), path);
    REQUIRE(opened);
    return *opened;
  }

  TemporaryFolder folder;
  Model model;
  BlockInfo info;
  int count = 0;
};

Model read(const std::shared_ptr<const BlockReader>& block) {
  return read_all(OneBlock(block), {}, kAlways);
}

TEST_SUITE("scraper/tsdb/block_merge") {
  TEST_CASE("a merged block has the samples of all of them bit for bit") {
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      CAPTURE(seed);
      std::mt19937_64 random(seed);
      Fixture f;
      std::vector<std::shared_ptr<const BlockReader>> blocks;
      int64_t begin_ms = 0;
      for (int i = 0; i < 4; ++i) {
        const size_t rows = 1 + random() % 300;
        if (auto block = f.add(begin_ms, 1000, rows, random)) blocks.push_back(block);
        begin_ms += static_cast<int64_t>(rows) * 1000;
      }
      const auto merged = f.merge(blocks, {});
      CHECK(read(merged) == f.model);
      CHECK(f.info.time_min_ms == blocks.front()->info().time_min_ms);
      CHECK(f.info.time_max_ms == blocks.back()->info().time_max_ms);
      // Series that go on are one part, so that a query finds them once.
      CHECK(merged->parts().size() <= 5);
    }
  }

  TEST_CASE("blocks that overlap keep every sample and the later block's where both have one") {
    std::mt19937_64 random(7);
    Fixture f;
    const auto first = f.add(0, 1000, 200, random);
    const auto second = f.add(500, 1000, 200, random);
    const auto third = f.add(100'000, 1000, 10, random);
    CHECK(read(f.merge({first, second, third}, {})) == f.model);
  }

  TEST_CASE("what was deleted is left out") {
    for (uint64_t seed = 100; seed < 120; ++seed) {
      CAPTURE(seed);
      std::mt19937_64 random(seed);
      Fixture f;
      const auto first = f.add(0, 1000, 300, random);
      const auto second = f.add(300'000, 1000, 300, random);
      TombstoneList list;
      for (int i = 0; i < 3; ++i) {
        const auto begin_ms = static_cast<int64_t>(random() % 600'000);
        list.push_back({{equals("n", std::to_string(random() % 5))},
                        {begin_ms, begin_ms + static_cast<int64_t>(random() % 200'000)}});
      }
      list.push_back({{equals("n", "4")}, {0, 299'999}});
      for (const Tombstone& tombstone : list) {
        for (auto& [labels, samples] : f.model) {
          if (labels.get("n") != tombstone.matchers[0].value()) continue;
          std::erase_if(samples, [&](const auto& sample) {
            return sample.first >= tombstone.range.start_ms && sample.first <= tombstone.range.end_ms;
          });
        }
      }
      std::erase_if(f.model, [](const auto& entry) { return entry.second.empty(); });
      const auto merged = f.merge({first, second}, list);
      CHECK(read(merged) == f.model);
    }
  }

  TEST_CASE("a block of which nothing is left is not written") {
    std::mt19937_64 random(3);
    Fixture f;
    const auto block = f.add(0, 1000, 50, random);
    CHECK(f.merge({block}, {{{}, {0, 49'000}}}) == nullptr);
    CHECK_FALSE(std::filesystem::exists(f.folder.path() + "/merged1.block"));
  }

  TEST_CASE("only what a block has can be lost") {
    const TemporaryFolder folder;
    BlockBuilder builder({.path = folder.path()});
    REQUIRE(builder.add({{"__name__", "m"}}, std::array<int64_t, 2>{10, 20}, std::array<double, 2>{1, 2}));
    const auto block = *BlockReader::open(io::real_file_system(), builder.finish()->front().path);
    const auto loses = [&](const std::string& metric, storage::TimeRange range) {
      return loses_samples(
          *block, std::make_shared<const TombstoneList>(1, Tombstone{{equals("__name__", metric)}, range}));
    };
    CHECK(loses("m", {20, 30}));
    CHECK_FALSE(loses("m", {21, 30}));
    CHECK_FALSE(loses("x", {0, 30}));
  }

  TEST_CASE("a merge can be cancelled and leaves no file") {
    std::mt19937_64 random(3);
    Fixture f;
    const MergeInput input{
        {f.add(0, 1000, 50, random)}, std::make_shared<const TombstoneList>(), [] { return true; }};
    const std::string path = f.folder.path() + "/cancelled.block";
    CHECK(merge_blocks(io::real_file_system(), path, input).error().code() == ErrorCode::Cancelled);
    CHECK_FALSE(std::filesystem::exists(path));
    CHECK_FALSE(std::filesystem::exists(path + ".tmp"));
  }
}

}  // namespace
}  // namespace sonde::tsdb
