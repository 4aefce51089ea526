#include "scraper/ctl/tsdb_blocks.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "scraper/ctl/verb.h"
#include "scraper/tsdb/block_builder.h"
#include "tests/unit/scraper/tsdb/test_database.h"

namespace sonde::ctl {
namespace {

using Words = std::vector<std::string>;

// A data folder with one block.
struct Folder {
  Folder() {
    tsdb::BlockBuilder builder({.path = folder.path() + "/blocks"});
    const int64_t time_ms = 1000;
    const double value = 1;
    REQUIRE(builder.add({{"__name__", "m"}}, {&time_ms, 1}, {&value, 1}));
    block = builder.finish()->front().path;
  }
  tsdb::TemporaryFolder folder;
  std::string block;
};

TEST_SUITE("ctl/tsdb_blocks") {
  TEST_CASE("exit codes say whether all is good") {
    const Folder data;
    const std::string& path = data.folder.path();
    CHECK(tsdb_list(Words{path}) == kSuccess);
    CHECK(tsdb_verify(Words{path}) == kSuccess);
    CHECK(tsdb_analyze(Words{path}) == kSuccess);
    CHECK(tsdb_analyze(Words{path, "none.block"}) == kFailure);
    CHECK(tsdb_analyze(Words{"--limit=x", path}) == kFailure);
    CHECK(tsdb_list(Words{path + "/none"}) == kFailure);
    std::ofstream(path + "/blocks/0-1-9.block") << "no block";
    CHECK(tsdb_list(Words{path}) == kFailure);
    CHECK(tsdb_verify(Words{path}) == kFailure);
    CHECK(tsdb_analyze(Words{path}) == kSuccess);
  }

  TEST_CASE("quarantine moves the damaged block and no other") {
    const Folder data;
    const std::string& path = data.folder.path();
    std::ofstream(path + "/blocks/0-1-9.block") << "no block";
    CHECK(tsdb_verify(Words{path, "--quarantine"}) == kFailure);
    CHECK(std::filesystem::exists(path + "/quarantine/0-1-9.block"));
    CHECK(std::filesystem::exists(data.block));
    CHECK(tsdb_verify(Words{path}) == kSuccess);
  }

  TEST_CASE("quarantine is refused while a server has the folder") {
    const Folder data;
    tsdb::TestContext context;
    const auto database = tsdb::open_database(data.folder.path(), context);
    std::ofstream(data.folder.path() + "/blocks/0-1-9.block") << "no block";
    CHECK(tsdb_verify(Words{data.folder.path(), "--quarantine"}) == kFailure);
    CHECK(std::filesystem::exists(data.folder.path() + "/blocks/0-1-9.block"));
  }
}

}  // namespace
}  // namespace sonde::ctl
