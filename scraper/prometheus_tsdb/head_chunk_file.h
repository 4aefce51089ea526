#pragma once
// A file of the folder `chunks_head` (tsdb/docs/format/head_chunks.md): full chunks of the head, one after
// the other, with the series, times and a checksum of their own. After the last one there are zeros or
// nothing. The bytes outlive the reader, and chunks point into them. One thread.

#include <cstdint>

#include "common/core/result.h"
#include "common/io/file_system.h"
#include "scraper/prometheus_tsdb/chunk.h"

namespace sonde::prometheus_tsdb {

struct HeadChunk {
  uint64_t series = 0;  // its number in the log
  int64_t time_min_ms = 0;
  int64_t time_max_ms = 0;
  bool is_out_of_order = false;
  Chunk chunk;
};

class HeadChunkReader {
 public:
  explicit HeadChunkReader(io::Bytes file) : file_(file) {}

  // False at the end; damage is an error that names the byte, and what follows it cannot be read.
  Result<bool> next(HeadChunk& out);

 private:
  Status check_header();

  io::Bytes file_;
  size_t position_ = 0;
};

}  // namespace sonde::prometheus_tsdb
