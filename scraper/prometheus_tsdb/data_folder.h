#pragma once
// A folder of Prometheus' --storage.tsdb.path, or a snapshot of one: what is in it, in the order in which it
// is to be read. Nothing in it is ever changed.

#include <memory>
#include <string>
#include <vector>

#include "common/core/result.h"
#include "common/io/file_system.h"
#include "scraper/prometheus_tsdb/block_meta.h"
#include "scraper/prometheus_tsdb/numbered_files.h"

namespace sonde::prometheus_tsdb {

struct BlockFolder {
  std::string path;
  BlockMeta meta;
};

struct DataFolder {
  std::string path;
  std::vector<BlockFolder> blocks;     // by their first time; those that others replace left out
  std::vector<NumberedFile> log;       // the newest checkpoint's segments, then those written after it
  std::vector<NumberedFile> late_log;  // what came out of order (folder wbl)
  std::vector<NumberedFile> head_chunks;
  // The head holds in-order samples from here on; older ones in the log are in blocks, or were deleted.
  int64_t head_begin_ms = 0;
};

// NotFound when there is neither a block nor a log. A folder without a meta.json is what an unfinished
// compaction left, and is passed over as Prometheus does.
Result<DataFolder> read_data_folder(io::FileSystem& files, const std::string& path);

// Held while the folder is read, so that no Prometheus that takes a lock starts on it: a hold on its file
// `lock`. Without such a file, as in a snapshot, there is nothing to hold.
class FolderHold {
 public:
  // AlreadyExists when a Prometheus runs on the folder: it holds the lock, or has files of it open for
  // writing (Debian's takes no lock).
  static Result<FolderHold> take(const std::string& path);
  FolderHold(FolderHold&& other) noexcept;
  FolderHold& operator=(FolderHold&&) = delete;
  ~FolderHold();

 private:
  explicit FolderHold(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace sonde::prometheus_tsdb
