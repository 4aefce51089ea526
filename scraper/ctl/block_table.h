#pragma once
// Blocks as a table: what `tsdb list` shows, and what was made by `tsdb create-blocks-from`.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "scraper/tsdb/series_block.h"

namespace sonde::ctl {

struct ListedBlock {
  std::string name;
  int64_t time_min_ms = 0;
  int64_t time_max_ms = 0;
  uint64_t samples = 0;
  uint64_t series = 0;
  uint64_t size_bytes = 0;
};

// Times as RFC 3339 and sizes in units for people, else milliseconds and bytes. Durations are Go's.
std::string block_table(std::span<const ListedBlock> blocks, bool human_readable);

std::vector<ListedBlock> listed(std::span<const tsdb::BuiltBlock> blocks);

}  // namespace sonde::ctl
