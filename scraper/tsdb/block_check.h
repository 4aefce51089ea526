#pragma once
// Reads every byte of a block: all checksums, every row group's times, every chunk.

#include <cstdint>

#include "common/core/result.h"
#include "scraper/tsdb/block_reader.h"

namespace sonde::tsdb {

// What a block's columns take, by mode and for all of it.
struct BlockContent {
  uint64_t chunks = 0;
  uint64_t chunk_bytes = 0;
  uint64_t repeated_chunks = 0;  // constants that take a byte
  uint64_t samples = 0;          // that are present
};

// The first damage as an error that says where it is.
Result<BlockContent> check_block(const BlockReader& block);

}  // namespace sonde::tsdb
