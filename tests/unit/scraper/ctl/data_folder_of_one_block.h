#pragma once
// What the tests of the tsdb verbs look at: a data folder with one block.

#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "scraper/tsdb/block_builder.h"
#include "tests/unit/temporary_folder.h"

namespace sonde::ctl {

// The block has one sample, of m: 1 at 1000 ms.
struct DataFolderOfOneBlock {
  DataFolderOfOneBlock() {
    tsdb::BlockBuilder builder({.path = folder.at("blocks")});
    const int64_t time_ms = 1000;
    const double value = 1;
    REQUIRE(builder.add({{"__name__", "m"}}, {&time_ms, 1}, {&value, 1}));
    block = builder.finish()->front();
  }
  const std::string& path() const { return folder.path(); }
  // Gives its path.
  std::string add_broken_block() const { return folder.write("blocks/0-1-9.block", "no block"); }

  TemporaryFolder folder;
  tsdb::BuiltBlock block;
};

}  // namespace sonde::ctl
