#pragma once
// The file meta.json of a block: its time range, and what it was made of.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"

namespace sonde::prometheus_tsdb {

inline constexpr uint64_t kMetaBytesMax = 64ULL << 20;  // it lists every block that went into it

struct BlockMeta {
  std::string ulid;
  int64_t time_min_ms = 0;
  int64_t time_max_ms = 0;  // not of the block any more
  uint64_t samples = 0;
  // Blocks that this one replaces: they count no more, should they still be there.
  std::vector<std::string> parents;
  bool is_deletable = false;  // a compaction left nothing in it
  // It holds what came in the order of time, so that the head goes on where it ends.
  bool is_in_order = true;
};

Result<BlockMeta> parse_block_meta(std::string_view text);

}  // namespace sonde::prometheus_tsdb
