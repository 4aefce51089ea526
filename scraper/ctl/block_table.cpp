#include "scraper/ctl/block_table.h"

#include <chrono>
#include <vector>

#include "common/core/duration.h"
#include "common/core/log.h"
#include "common/core/size.h"
#include "scraper/ctl/text_table.h"

namespace sonde::ctl {

std::string block_table(std::span<const ListedBlock> blocks, bool human_readable) {
  std::vector<std::vector<std::string>> rows{
      {"BLOCK", "MIN TIME", "MAX TIME", "DURATION", "NUM SAMPLES", "NUM SERIES", "SIZE"}};
  const auto time = [&](int64_t time_ms) {
    return human_readable ? write_rfc3339_ms(time_ms) : std::to_string(time_ms);
  };
  for (const ListedBlock& block : blocks) {
    rows.push_back({block.name, time(block.time_min_ms), time(block.time_max_ms),
                    write_go_duration(std::chrono::milliseconds(block.time_max_ms - block.time_min_ms)),
                    std::to_string(block.samples), std::to_string(block.series),
                    human_readable ? write_size_bytes(block.size_bytes) : std::to_string(block.size_bytes)});
  }
  return text_table(rows);
}

std::vector<ListedBlock> listed(std::span<const tsdb::BuiltBlock> blocks) {
  std::vector<ListedBlock> out;
  for (const tsdb::BuiltBlock& block : blocks) {
    out.push_back({.name = block.name,
                   .time_min_ms = block.time_min_ms,
                   .time_max_ms = block.time_max_ms,
                   .samples = block.samples,
                   .series = block.series,
                   .size_bytes = block.size_bytes});
  }
  return out;
}

}  // namespace sonde::ctl
