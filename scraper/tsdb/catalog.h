#pragma once
// Which blocks there are. The MANIFEST is a text file, a line per change, each with the crc32c of its text:
// "block NAME START_MS", "drop NAME", "start START_MS", "replace NAME|- OLD…" (the blocks OLD became NAME, or
// nothing). A block that the head was cut into counts only with its line, since only then is its part of the
// log gone; an imported one counts when its file is whole, until a line says that it is gone. Without a
// MANIFEST every whole block counts. Selections hold a BlockSet and with it the blocks they read. Threads:
// snapshot() from any, the rest from one at a time.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/core/log.h"
#include "common/core/mutex.h"
#include "common/core/result.h"
#include "common/io/file_system.h"
#include "scraper/tsdb/block_reader.h"
#include "scraper/tsdb/file_names.h"

namespace sonde::tsdb {

struct OpenBlock {
  std::string name;
  std::shared_ptr<const BlockReader> reader;
};

// Immutable. Rows from `start_ms` on are the head's, older ones the blocks'.
struct BlockSet {
  std::vector<OpenBlock> blocks;  // ascending in time
  int64_t start_ms = INT64_MIN;
};

class Catalog {
 public:
  Catalog(io::FileSystem& files, FileNames names, Logger& logger)
      : files_(files), names_(std::move(names)), logger_(logger) {}

  // Opens what is there, removes what a crash left, and rewrites the MANIFEST.
  Status open();

  std::shared_ptr<const BlockSet> snapshot() const;

  // A name for a new block.
  std::string next_name(int64_t begin_ms, int64_t end_ms);
  // Takes up blocks that were written, with the time from which on rows are the head's.
  Status add(const std::vector<std::string>& names, int64_t start_ms);
  // Takes blocks out and deletes their files.
  Status remove(const std::vector<std::string>& names);
  // Takes up one block ("": none) for those that it was made of, and deletes these. When that fails, the new
  // one's file goes and all is as it was.
  Status replace(const std::string& name, const std::vector<std::string>& old_names);

  // A MANIFEST that lists these blocks only.
  static std::string manifest_of(const BlockSet& set);

  // Whether a selection still reads an earlier set.
  bool has_readers_of_old_sets();

 private:
  struct Listed {
    std::vector<std::string> blocks;
    std::vector<std::string> gone;  // their files may be there still
  };
  Status read_manifest(Listed& listed);
  bool apply_line(std::string_view text, Listed& listed);
  Status append_lines(const std::vector<std::string>& lines);
  void remove_files(const std::vector<std::string>& names);
  void publish(BlockSet set);

  io::FileSystem& files_;
  const FileNames names_;
  Logger& logger_;
  uint64_t next_number_ = 1;
  int64_t manifest_start_ms_ = INT64_MIN;

  mutable Mutex mutex_;
  std::shared_ptr<const BlockSet> set_ GUARDED_BY(mutex_) = std::make_shared<BlockSet>();
  std::vector<std::weak_ptr<const BlockSet>> old_sets_ GUARDED_BY(mutex_);
};

// A MANIFEST line with its checksum, without the line feed.
std::string manifest_line(std::string_view text);
// The text of a line; nothing when its checksum is wrong.
std::string_view check_manifest_line(std::string_view line);

}  // namespace sonde::tsdb
