#include "scraper/ctl/tsdb_list.h"

#include <vector>

#include "scraper/ctl/arguments.h"
#include "scraper/ctl/block_table.h"
#include "scraper/ctl/data_folder.h"
#include "scraper/ctl/verb.h"

namespace sonde::ctl {

int tsdb_list(std::span<const std::string> given) {
  std::string folder(kDefaultDataFolder);
  bool human_readable = false;
  Arguments arguments("tsdb list", "List the blocks of a data folder.");
  arguments.boolean("human-readable", 'r', human_readable, "Print times and sizes for people.");
  arguments.optional("db path", folder, "Data folder (default is data/).");
  if (const auto code = end_early(arguments, given)) return *code;
  const auto blocks = open_blocks(folder);
  if (!blocks) return fail(blocks.error());
  int exit_code = kSuccess;
  std::vector<ListedBlock> listed;
  for (const BlockFile& block : *blocks) {
    if (block.reader == nullptr) {
      print_error("sondectl: " + block.problem);
      exit_code = kFailure;
      continue;
    }
    const tsdb::BlockInfo& info = block.reader->info();
    listed.push_back({.name = block.name,
                      .time_min_ms = info.time_min_ms,
                      .time_max_ms = info.time_max_ms,
                      .samples = info.samples,
                      .series = info.series,
                      .size_bytes = block.reader->size_bytes()});
  }
  print(block_table(listed, human_readable));
  return exit_code;
}

}  // namespace sonde::ctl
