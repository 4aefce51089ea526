#include "scraper/ctl/tsdb_verify.h"

#include <memory>

#include "common/io/file_system.h"
#include "scraper/ctl/arguments.h"
#include "scraper/ctl/data_folder.h"
#include "scraper/ctl/verb.h"
#include "scraper/tsdb/block_check.h"
#include "scraper/tsdb/file_names.h"
#include "scraper/tsdb/log_reader.h"

namespace sonde::ctl {
namespace {

// What is wrong with a log file; "" when nothing is.
std::string check_log(const io::ReadableFile& file) {
  tsdb::LogReader reader(file);
  if (auto header = reader.read_header(); !header) return header.error().message();
  std::string batch;
  for (;;) {
    const auto more = reader.next(batch);
    if (!more) return more.error().message();
    if (!*more) break;
  }
  if (reader.damage_count() == 0) return {};
  return std::to_string(reader.damage_count()) + " damaged places (one at the end is what a crash leaves)";
}

Status move_away(io::FileSystem& files, const tsdb::FileNames& names, const std::string& block) {
  const std::string folder = names.folder + "/quarantine";
  if (auto made = files.make_directories(folder); !made) return made;
  if (auto moved = files.rename(names.block(block), folder + "/" + block); !moved) return moved;
  print("moved to " + folder + "/" + block + "\n");
  return Ok{};
}

// How many blocks are damaged.
Result<size_t> verify_blocks(io::FileSystem& files, const tsdb::FileNames& names, bool quarantine) {
  const auto blocks = open_blocks(names.folder);
  if (!blocks) return blocks.error();
  size_t damaged = 0;
  for (const BlockFile& block : *blocks) {
    std::string problem = block.problem;
    if (block.reader != nullptr) {
      const auto content = tsdb::check_block(*block.reader);
      if (content) {
        print(block.name + ": good, " + std::to_string(content->chunks) + " chunks, " +
              std::to_string(content->samples) + " samples\n");
        continue;
      }
      problem = content.error().message();
    }
    ++damaged;
    print(block.name + ": DAMAGED: " + problem + "\n");
    if (!quarantine) continue;
    if (auto moved = move_away(files, names, block.name); !moved) return moved.error();
  }
  return damaged;
}

Result<size_t> verify_logs(io::FileSystem& files, const tsdb::FileNames& names) {
  if (!files.exists(names.logs())) return size_t{0};  // blocks that were made and never served
  const auto logs = files.list(names.logs());
  if (!logs) return logs.error();
  size_t damaged = 0;
  for (const std::string& name : *logs) {
    const auto number = tsdb::parse_numbered_name(name);
    if (!number) continue;
    const auto file = files.open_read(names.log(*number));
    if (!file) return file.error();
    const std::string problem = check_log(**file);
    print("log/" + name + ": " + (problem.empty() ? "good" : "DAMAGED: " + problem) + "\n");
    damaged += problem.empty() ? 0 : 1;
  }
  return damaged;
}

}  // namespace

int tsdb_verify(std::span<const std::string> given) {
  std::string folder(kDefaultDataFolder);
  bool quarantine = false;
  Arguments arguments("tsdb verify", "Read every byte of a data folder's blocks and log.");
  arguments.boolean("quarantine", 0, quarantine,
                    "Move damaged blocks to the folder quarantine; the server must not run.");
  arguments.optional("db path", folder, "Data folder (default is data/).");
  if (const auto code = end_early(arguments, given)) return *code;
  io::FileSystem& files = io::real_file_system();
  const tsdb::FileNames names{folder};
  std::unique_ptr<io::FileLock> lock;
  if (quarantine) {
    auto taken = files.lock(names.lock(), "sondectl tsdb verify\n");
    if (!taken) return fail(taken.error());
    lock = *std::move(taken);
  }
  const auto blocks = verify_blocks(files, names, quarantine);
  if (!blocks) return fail(blocks.error());
  const auto logs = verify_logs(files, names);
  if (!logs) return fail(logs.error());
  return *blocks + *logs == 0 ? kSuccess : kFailure;
}

}  // namespace sonde::ctl
