#include "scraper/ctl/block_table.h"

#include <doctest/doctest.h>

#include <vector>

namespace sonde::ctl {
namespace {

// 1700000000 s is 2023-11-14 22:13:20 UTC.
const std::vector<ListedBlock> kBlocks{{.name = "a.block",
                                        .time_min_ms = 1'700'000'000'000,
                                        .time_max_ms = 1'700'003'600'500,
                                        .samples = 120,
                                        .series = 3,
                                        .size_bytes = 2048}};

TEST_SUITE("ctl/block_table") {
  TEST_CASE("times and sizes are numbers") {
    CHECK(block_table(kBlocks, false) ==
          "BLOCK    MIN TIME       MAX TIME       DURATION  NUM SAMPLES  NUM SERIES  SIZE\n"
          "a.block  1700000000000  1700003600500  1h0m0.5s  120          3           2048\n");
  }

  TEST_CASE("times and sizes are for people when they want it") {
    CHECK(block_table(kBlocks, true) ==
          "BLOCK    MIN TIME                  MAX TIME                  DURATION  NUM SAMPLES  NUM SERIES  "
          "SIZE\n"
          "a.block  2023-11-14T22:13:20.000Z  2023-11-14T23:13:20.500Z  1h0m0.5s  120          3           "
          "2KiB\n");
  }

  TEST_CASE("no block is a table without rows") {
    CHECK(block_table({}, false) == "BLOCK  MIN TIME  MAX TIME  DURATION  NUM SAMPLES  NUM SERIES  SIZE\n");
  }
}

}  // namespace
}  // namespace sonde::ctl
