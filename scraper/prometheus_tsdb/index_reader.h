#pragma once
// The file `index` of a block (tsdb/docs/format/index.md), formats 1 to 3: its table of contents, symbols and
// series. Label indices and postings are not read: whoever moves a block needs every series, in the order of
// their labels, which is that of the file. Everything is checked against its checksum; errors name the byte.
// The bytes outlive the reader. Memory is 4 bytes per symbol. Threads: const members from any.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/core/result.h"
#include "common/io/file_system.h"
#include "common/metrics/labels.h"

namespace sonde::prometheus_tsdb {

struct ChunkMeta {
  int64_t time_min_ms = 0;
  int64_t time_max_ms = 0;
  uint64_t reference = 0;
};

// A series as it stands in the index.
struct IndexSeries {
  uint64_t reference = 0;                             // as tombstones name it
  size_t offset = 0;                                  // of its entry
  std::vector<std::pair<uint32_t, uint32_t>> labels;  // symbols
  std::vector<ChunkMeta> chunks;
};

class IndexReader {
 public:
  static Result<IndexReader> open(io::Bytes file);

  // Where the first series is, for next().
  size_t series_begin() const { return series_begin_; }
  // Reads the series at or after `position` and moves it behind; false when there is none.
  Result<bool> next(size_t& position, IndexSeries& series) const;
  // Its labels as text.
  Result<Labels> labels(const IndexSeries& series) const;

 private:
  explicit IndexReader(io::Bytes file) : file_(file) {}
  Status read_contents();
  Status read_symbols(uint64_t offset);
  // The content of the section at the offset, which begins with its length (u32) and ends with its checksum.
  Result<io::Bytes> section(uint64_t offset) const;
  Result<std::string_view> symbol(uint32_t number) const;

  io::Bytes file_;
  uint8_t version_ = 0;
  size_t series_begin_ = 0;
  size_t series_end_ = 0;
  size_t symbols_begin_ = 0;
  size_t symbols_end_ = 0;
  std::vector<uint32_t> symbol_offsets_;  // from symbols_begin_; not in format 1, which refers to bytes
};

}  // namespace sonde::prometheus_tsdb
