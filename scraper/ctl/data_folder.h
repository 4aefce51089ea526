#pragma once
// The block files of a data folder, for reading.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "scraper/tsdb/block_reader.h"

namespace sonde::ctl {

inline constexpr std::string_view kDefaultDataFolder = "data/";

struct BlockFile {
  std::string name;
  std::shared_ptr<const tsdb::BlockReader> reader;  // null: `problem` says why
  std::string problem;
};

// Oldest first, those that cannot be opened last. Fails when there is no such folder.
Result<std::vector<BlockFile>> open_blocks(const std::string& data_folder);

}  // namespace sonde::ctl
