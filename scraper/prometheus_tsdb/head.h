#pragma once
// What a Prometheus holds in memory, as it would read it at its start: the series of the log, the full chunks
// of chunks_head, the samples of the log that no chunk has, and what came out of order. Opening reads the log
// once, for the series; cursors read it again for the samples, as often as it takes to hold no more than
// `samples_in_memory_max` at a time. Memory is that, some 0.3 KB per series, and 40 bytes per head chunk. One
// thread.

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/core/result.h"
#include "common/io/file_system.h"
#include "scraper/prometheus_tsdb/data_folder.h"
#include "scraper/prometheus_tsdb/head_chunk_file.h"
#include "scraper/prometheus_tsdb/left_behind.h"
#include "scraper/prometheus_tsdb/series_cursor.h"
#include "scraper/prometheus_tsdb/series_table.h"
#include "scraper/prometheus_tsdb/tombstones_file.h"

namespace sonde::prometheus_tsdb {

inline constexpr size_t kHeadSamplesInMemoryMax = 8'000'000;

// The samples of one series that the log has: in order, and out of order.
struct LoggedSamples {
  std::vector<Sample> in_order;
  std::vector<Sample> late;
};

class Head {
 public:
  // `folder` and `files` outlive the head.
  static Result<std::unique_ptr<Head>> open(io::FileSystem& files, const DataFolder& folder,
                                            LeftBehind& left_behind);

  size_t series_count() const { return series_.size(); }
  // In the log; chunks hold most of them, too.
  uint64_t logged_sample_count() const { return logged_samples_; }
  // Every window of this length, by its beginning, that may hold a sample.
  std::set<int64_t> windows(int64_t range_ms) const;

  // The head outlives it.
  std::unique_ptr<SeriesCursor> cursor(TimeWindow window,
                                       size_t samples_in_memory_max = kHeadSamplesInMemoryMax) const;

  // For cursors. Places are positions in the order of the series' labels.

  Labels labels_at(size_t place) const { return series_.labels(order_[place]); }
  // The samples of the window that the log has of the series from place `begin` on: of as many series as can
  // be held, which is one at least.
  Result<std::vector<LoggedSamples>> read_log(size_t begin, TimeWindow window, size_t samples_max) const;
  // Appends what chunks have, `late` or in order.
  Status read_chunks(size_t place, bool late, TimeWindow window, std::vector<Sample>& out) const;
  void remove_deleted(size_t place, std::vector<Sample>& samples, size_t begin) const;

 private:
  struct ChunkPlace {
    uint32_t series;
    uint32_t file;
    uint32_t offset;  // of the data in the file
    uint32_t size_bytes;
    int64_t time_min_ms;
    int64_t time_max_ms;
    Encoding encoding;
    bool is_late;
  };
  struct ChunkFile {
    std::string path;
    io::MappedFile file;
  };
  class LogPass;

  Head(io::FileSystem& files, const DataFolder& folder) : files_(files), folder_(folder) {}
  Status read_series(LeftBehind& left_behind);
  Status index_record(io::Bytes record, bool late, LeftBehind& left_behind);
  Status index_series(io::Bytes record);
  Status index_samples(io::Bytes record, bool late, LeftBehind& left_behind);
  Status index_tombstones(io::Bytes record);
  Status read_chunk_files(LeftBehind& left_behind);
  void add_chunk(const HeadChunk& found, LeftBehind& left_behind);
  void sort_series();
  void note_times(int64_t time_min_ms, int64_t time_max_ms);

  io::FileSystem& files_;
  const DataFolder& folder_;
  SeriesTable series_;
  std::unordered_map<uint64_t, uint32_t> series_of_;  // by the log's reference: the last one that it named
  std::vector<uint32_t> named_;                       // the series of every entry of the log, in its order
  std::vector<uint32_t> order_;                       // the series at each place
  std::vector<uint32_t> places_;                      // the place of each series
  std::vector<int64_t> chunk_end_ms_;                 // by series: the log repeats what is not behind it
  std::vector<ChunkFile> chunk_files_;
  std::vector<ChunkPlace> chunks_;  // by place of the series
  DeletedIntervals deleted_;        // by series
  uint64_t logged_samples_ = 0;
  std::set<int64_t> hours_;  // that may hold a sample
};

}  // namespace sonde::prometheus_tsdb
