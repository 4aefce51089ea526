#include "scraper/ctl/tsdb_analyze.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "scraper/ctl/verb.h"
#include "tests/unit/scraper/ctl/data_folder_of_one_block.h"

namespace sonde::ctl {
namespace {

using Words = std::vector<std::string>;

TEST_SUITE("ctl/tsdb_analyze") {
  TEST_CASE("exit codes say whether there is such a block") {
    const DataFolderOfOneBlock data;
    CHECK(tsdb_analyze(Words{data.path()}) == kSuccess);
    CHECK(tsdb_analyze(Words{data.path(), data.block.name}) == kSuccess);
    CHECK(tsdb_analyze(Words{data.path(), "none.block"}) == kFailure);
    CHECK(tsdb_analyze(Words{"--limit=x", data.path()}) == kFailure);
    CHECK(tsdb_analyze(Words{data.path() + "/none"}) == kFailure);
  }

  TEST_CASE("the newest block that can be read is looked at") {
    const DataFolderOfOneBlock data;
    data.add_broken_block();
    CHECK(tsdb_analyze(Words{data.path()}) == kSuccess);
    CHECK(tsdb_analyze(Words{data.path(), "0-1-9.block"}) == kFailure);
  }
}

}  // namespace
}  // namespace sonde::ctl
