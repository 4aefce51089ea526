#pragma once
// Blocks made of blocks: several that follow each other become one, and what was deleted is left out. Chunks
// are copied; only those that lose samples are made anew. Memory is that of the index. One thread.

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/core/result.h"
#include "common/io/file_system.h"
#include "scraper/tsdb/block_reader.h"
#include "scraper/tsdb/block_writer.h"
#include "scraper/tsdb/tombstones.h"

namespace sonde::tsdb {

struct MergeInput {
  std::vector<std::shared_ptr<const BlockReader>> blocks;  // ascending in time; they may overlap
  std::shared_ptr<const TombstoneList> tombstones;
  std::function<bool()> is_cancelled;  // asked per column; the merge ends with Cancelled
};

// The block at `path`, whole or not at all. Nothing is written, and `series` is 0, when nothing is left.
Result<BlockInfo> merge_blocks(io::FileSystem& files, const std::string& path, const MergeInput& input);

// Whether a tombstone takes something of the block.
bool loses_samples(const BlockReader& block, const std::shared_ptr<const TombstoneList>& tombstones);

}  // namespace sonde::tsdb
