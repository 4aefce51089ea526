#include "scraper/prometheus_tsdb/block.h"

#include <doctest/doctest.h>

#include "tests/unit/scraper/prometheus_tsdb/formats.h"
#include "tests/unit/temporary_folder.h"

namespace sonde::prometheus_tsdb {
namespace {

TEST_SUITE("scraper/prometheus_tsdb/block") {
  TEST_CASE("every window that a chunk may have samples in is known") {
    const TemporaryFolder folder;
    const WrittenBlock written =
        write_block({{{{"a", "1"}}, {{{{-5, 1}, {150, 1}}, 1, {}}, {{{990, 1}}, 1, {}}}}});
    folder.write("index", written.index);
    folder.write("chunks/000001", written.chunks);
    const auto block = Block::open(io::real_file_system(), {folder.path(), {}});
    REQUIRE(block);
    std::set<int64_t> windows;
    REQUIRE((*block)->add_windows(100, 10, windows));
    CHECK(windows == std::set<int64_t>{-100, 0, 100, 900});
    CHECK((*block)->add_windows(1, 100, windows).error().code() == ErrorCode::LimitExceeded);
  }

  TEST_CASE("what is missing or damaged is named") {
    const TemporaryFolder folder;
    const auto problem = [&] {
      return Block::open(io::real_file_system(), {folder.path(), {}}).error().message();
    };
    CHECK(problem().find(folder.at("index")) != std::string::npos);
    folder.write("index", "x");
    CHECK(problem() == folder.at("index") + ": byte 1: the file is cut");
    folder.write("index", write_block({}).index);
    folder.write("tombstones", "x");
    CHECK(problem() == folder.at("tombstones") + ": byte 1: the file is cut");
  }
}

}  // namespace
}  // namespace sonde::prometheus_tsdb
