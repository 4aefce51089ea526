#include "scraper/ctl/tsdb_list.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "scraper/ctl/verb.h"
#include "tests/unit/scraper/ctl/data_folder_of_one_block.h"

namespace sonde::ctl {
namespace {

using Words = std::vector<std::string>;

TEST_SUITE("ctl/tsdb_list") {
  TEST_CASE("a block that cannot be read is a failure and so is a folder that is not there") {
    const DataFolderOfOneBlock data;
    CHECK(tsdb_list(Words{data.path()}) == kSuccess);
    CHECK(tsdb_list(Words{"--help"}) == kSuccess);
    CHECK(tsdb_list(Words{data.path() + "/none"}) == kFailure);
    CHECK(tsdb_list(Words{"--nope", data.path()}) == kFailure);
    data.add_broken_block();
    CHECK(tsdb_list(Words{data.path()}) == kFailure);
  }
}

}  // namespace
}  // namespace sonde::ctl
