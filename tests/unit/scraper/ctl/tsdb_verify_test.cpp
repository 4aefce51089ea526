#include "scraper/ctl/tsdb_verify.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "scraper/ctl/verb.h"
#include "tests/unit/scraper/ctl/data_folder_of_one_block.h"
#include "tests/unit/scraper/tsdb/test_database.h"

namespace sonde::ctl {
namespace {

using Words = std::vector<std::string>;

TEST_SUITE("ctl/tsdb_verify") {
  TEST_CASE("exit codes say whether all is good") {
    const DataFolderOfOneBlock data;
    CHECK(tsdb_verify(Words{data.path()}) == kSuccess);
    data.add_broken_block();
    CHECK(tsdb_verify(Words{data.path()}) == kFailure);
    CHECK(tsdb_verify(Words{data.path() + "/none"}) == kFailure);
  }

  TEST_CASE("quarantine moves the damaged block and no other") {
    const DataFolderOfOneBlock data;
    data.add_broken_block();
    CHECK(tsdb_verify(Words{data.path(), "--quarantine"}) == kFailure);
    CHECK(std::filesystem::exists(data.path() + "/quarantine/0-1-9.block"));
    CHECK(std::filesystem::exists(data.block.path));
    CHECK(tsdb_verify(Words{data.path()}) == kSuccess);
  }

  TEST_CASE("quarantine is refused while a server has the folder") {
    const DataFolderOfOneBlock data;
    tsdb::TestContext context;
    const auto database = tsdb::open_database(data.path(), context);
    const std::string broken = data.add_broken_block();
    CHECK(tsdb_verify(Words{data.path(), "--quarantine"}) == kFailure);
    CHECK(std::filesystem::exists(broken));
  }
}

}  // namespace
}  // namespace sonde::ctl
