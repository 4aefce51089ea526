#pragma once
// Writes a block from slabs: chunks are copied as they are, in metric order, so that a query of one metric
// over many groups reads one stretch of the file. The slabs and the symbols live as long as the writer. One
// thread.

#include <cstdint>
#include <string>
#include <vector>

#include "common/core/result.h"
#include "common/io/file_system.h"
#include "scraper/tsdb/block_format.h"
#include "scraper/tsdb/group_head.h"
#include "scraper/tsdb/symbol_table.h"

namespace sonde::tsdb {

struct BlockInput {
  struct GroupSlabs {
    LabelSetId labels = 0;
    bool absence_is_stale = true;
    ShapePtr layout;             // that all the slabs' columns are in, by index
    std::vector<SlabRef> slabs;  // ascending in time, of one lineage
  };
  std::vector<GroupSlabs> groups;
  int64_t range_end_ms = 0;
  BlockSource source = BlockSource::Head;
};

// The block at `path`, whole or not at all; `info` of what was written.
Result<BlockInfo> write_block(io::FileSystem& files, const std::string& path, const SymbolTable& symbols,
                              const BlockInput& input);

}  // namespace sonde::tsdb
