#pragma once
// A block of Prometheus, opened: its index, chunks and tombstones, mapped. Memory is 4 bytes per symbol.
// Threads: const members from any.

#include <memory>
#include <set>
#include <string>

#include "common/core/result.h"
#include "common/io/file_system.h"
#include "scraper/prometheus_tsdb/chunk_segments.h"
#include "scraper/prometheus_tsdb/data_folder.h"
#include "scraper/prometheus_tsdb/index_reader.h"
#include "scraper/prometheus_tsdb/left_behind.h"
#include "scraper/prometheus_tsdb/series_cursor.h"
#include "scraper/prometheus_tsdb/tombstones_file.h"

namespace sonde::prometheus_tsdb {

class Block {
 public:
  static Result<std::unique_ptr<Block>> open(io::FileSystem& files, const BlockFolder& folder);

  const IndexReader& index() const { return *index_; }
  const ChunkSegments& chunks() const { return chunks_; }
  const DeletedIntervals& deleted() const { return deleted_; }
  const std::string& index_path() const { return index_path_; }

  // Reads the whole index and adds every window of this length, by its beginning, that may hold a sample.
  // LimitExceeded when there are more than `windows_max`.
  Status add_windows(int64_t range_ms, size_t windows_max, std::set<int64_t>& windows) const;

  // The block and `left_behind` outlive it.
  std::unique_ptr<SeriesCursor> cursor(TimeWindow window, LeftBehind& left_behind) const;

 private:
  Block() = default;

  std::string index_path_;
  io::MappedFile index_file_;
  std::unique_ptr<IndexReader> index_;
  ChunkSegments chunks_;
  DeletedIntervals deleted_;
};

}  // namespace sonde::prometheus_tsdb
