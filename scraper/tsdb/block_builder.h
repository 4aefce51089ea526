#pragma once
// Makes block files of arbitrary series (backfill): `sondectl tsdb create-blocks-from`. Series are collected
// in memory and written by finish(), one file per aligned range of `block_range_ms`. A running or stopped
// server takes the files up when they are moved into the folder `blocks` of its data folder and it starts
// again. One thread.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/core/result.h"
#include "common/io/file_system.h"
#include "common/metrics/labels.h"
#include "scraper/tsdb/series_block.h"

namespace sonde::tsdb {

struct BlockBuilderOptions {
  std::string path;  // the folder for the block files; made when it does not exist
  int64_t block_range_ms = 2LL * 3600 * 1000;
  io::FileSystem* file_system = nullptr;  // null: the real one
};

class BlockBuilder {
 public:
  explicit BlockBuilder(BlockBuilderOptions options);
  ~BlockBuilder();

  // Adds samples of one series; times ascending within a call. A series may be added in several calls, in any
  // order; of equal times the last one added wins. Stale markers are values with storage::kStaleNanBits.
  Status add(const Labels& labels, std::span<const int64_t> times_ms, std::span<const double> values);

  // Writes the blocks, oldest first, and forgets the samples.
  Result<std::vector<BuiltBlock>> finish();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace sonde::tsdb
