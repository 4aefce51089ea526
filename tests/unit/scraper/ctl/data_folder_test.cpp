#include "scraper/ctl/data_folder.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "scraper/tsdb/block_builder.h"
#include "tests/unit/scraper/tsdb/test_database.h"

namespace sonde::ctl {
namespace {

TEST_SUITE("ctl/data_folder") {
  TEST_CASE("blocks come oldest first and what is no block comes last with its reason") {
    const TemporaryFolder folder;
    tsdb::BlockBuilder builder({.path = folder.path() + "/blocks"});
    for (const int64_t hour : {9, 1, 5}) {
      const int64_t time_ms = hour * 3600 * 1000;
      const double value = 1;
      REQUIRE(builder.add({{"__name__", "m"}}, {&time_ms, 1}, {&value, 1}));
    }
    REQUIRE(builder.finish());
    std::ofstream(folder.path() + "/blocks/0-1-1.block") << "short";
    std::ofstream(folder.path() + "/blocks/other.tmp") << "x";
    const auto blocks = open_blocks(folder.path());
    REQUIRE(blocks);
    REQUIRE(blocks->size() == 4);
    CHECK((*blocks)[0].reader->info().time_min_ms == 3600 * 1000);
    CHECK((*blocks)[2].reader->info().time_min_ms == 9 * 3600 * 1000);
    CHECK((*blocks)[3].reader == nullptr);
    CHECK((*blocks)[3].problem.find("0-1-1.block: too short") != std::string::npos);
  }

  TEST_CASE("a folder that is no data folder says what is wanted") {
    const TemporaryFolder folder;
    CHECK(open_blocks(folder.path()).error().message().find("--storage.tsdb.path") != std::string::npos);
  }
}

}  // namespace
}  // namespace sonde::ctl
