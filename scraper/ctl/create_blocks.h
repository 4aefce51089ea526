#pragma once
// sondectl tsdb create-blocks-from openmetrics FILE [FOLDER]: history as text into block files. The file is
// mapped and read once to see which times it has, and again for each share of them that fits in memory.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "scraper/tsdb/block_builder.h"

namespace sonde::ctl {

int create_blocks_from_openmetrics(std::span<const std::string> arguments);

struct BackfillOptions {
  std::string folder;  // a data folder: the blocks go into `blocks` below it
  int64_t block_range_ms = 2LL * 3600 * 1000;
  uint64_t samples_per_pass_max = 8'000'000;  // 16 bytes each, and the blocks made of them
  Labels extra_labels;                        // added to every series
};

// Every sample needs a timestamp and the text ends with "# EOF".
Result<std::vector<tsdb::BuiltBlock>> backfill(std::string_view text, const BackfillOptions& options);

}  // namespace sonde::ctl
