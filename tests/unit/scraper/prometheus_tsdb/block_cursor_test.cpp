#include "scraper/prometheus_tsdb/block_cursor.h"

#include <doctest/doctest.h>

#include "tests/unit/scraper/prometheus_tsdb/test_cursor.h"
#include "tests/unit/temporary_folder.h"

namespace sonde::prometheus_tsdb {
namespace {

TEST_SUITE("scraper/prometheus_tsdb/block_cursor") {
  TEST_CASE("a window has its samples less those that were deleted") {
    const TemporaryFolder folder;
    const double stale = std::bit_cast<double>(kStale);
    const WrittenBlock written = write_block({
        {{{"__name__", "a"}, {"x", "1"}},
         {{{{10, 1}, {20, 2}, {100, stale}}, 1, {}}, {{{110, 4}, {250, 5}}, 1, {}}}},
        {{{"__name__", "a"}, {"x", "2"}}, {{{{300, 1}}, 1, {}}}},
        {{{"__name__", "b"}}, {{{{50, 1}, {150, 7}}, 1, {}}, {{{160, 0}, {170, 0}}, 2, be(33, 2) + "data"}}},
    });
    folder.write("index", written.index);
    folder.write("chunks/000001", written.chunks);
    folder.write("tombstones", write_tombstones({{static_cast<int64_t>(written.references[0]), 20, 100},
                                                 {static_cast<int64_t>(written.references[2]), 0, 60}}));
    const auto block = Block::open(io::real_file_system(), {folder.path(), {}});
    REQUIRE_MESSAGE(block.ok(), block.error().message());
    const Labels a{{"__name__", "a"}, {"x", "1"}};
    LeftBehind left;
    CHECK(read_cursor(*(*block)->cursor({0, 100}, left)) == SeriesMap{{a, {{10, 1}}}});
    CHECK(left.block_histograms == 0);
    CHECK(read_cursor(*(*block)->cursor({100, 200}, left)) ==
          SeriesMap{{a, {{110, 4}}}, {Labels{{"__name__", "b"}}, {{150, 7}}}});
    CHECK(left.block_histograms == 33);
    CHECK(read_cursor(*(*block)->cursor({165, 300}, left)) == SeriesMap{{a, {{250, 5}}}});
    CHECK(left.block_histograms == 33);
  }

  TEST_CASE("a chunk that cannot be read is named") {
    const TemporaryFolder folder;
    WrittenBlock written = write_block({{{{"a", "1"}}, {{{{10, 1}, {20, 2}}, 1, {}}}}});
    written.chunks[12] ^= 1;
    folder.write("index", written.index);
    folder.write("chunks/000001", written.chunks);
    const auto block = Block::open(io::real_file_system(), {folder.path(), {}});
    REQUIRE(block);
    LeftBehind left;
    const auto cursor = (*block)->cursor({0, 100}, left);
    REQUIRE(cursor->next());
    std::vector<Sample> samples;
    CHECK(cursor->read(samples).error().message() ==
          folder.at("chunks/000001") + ": byte 8: the chunk's checksum is wrong");
  }
}

}  // namespace
}  // namespace sonde::prometheus_tsdb
