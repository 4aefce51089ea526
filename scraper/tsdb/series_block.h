#pragma once
// One block file of imported history, made series by series: samples are compressed as they come, so that
// memory is that of the compressed block, about a byte per sample and 0.4 KB per series. One thread.

#include <cstdint>
#include <deque>
#include <span>
#include <string>

#include "common/core/result.h"
#include "common/io/file_system.h"
#include "common/metrics/labels.h"
#include "scraper/tsdb/block_writer.h"
#include "scraper/tsdb/group_head.h"
#include "scraper/tsdb/shape.h"
#include "scraper/tsdb/symbol_table.h"
#include "scraper/tsdb/tail_pool.h"

namespace sonde::tsdb {

struct BuiltBlock {
  std::string path;
  std::string name;
  int64_t time_min_ms = 0;
  int64_t time_max_ms = 0;
  uint64_t series = 0;
  uint64_t samples = 0;
  uint64_t size_bytes = 0;
};

struct SeriesSample {
  int64_t time_ms = 0;
  double value = 0;  // stale markers are values with storage::kStaleNanBits
};

class SeriesBlock {
 public:
  // The block is of [begin_ms, begin_ms + range_ms), and begin_ms a multiple of range_ms.
  SeriesBlock(int64_t begin_ms, int64_t range_ms);

  // A series, with all its samples of the range, one at least and ascending; each series once.
  void add(const Labels& labels, std::span<const SeriesSample> samples);

  bool empty() const { return input_.parts.empty(); }
  uint64_t memory_bytes() const { return memory_bytes_ + symbols_.memory_bytes(); }

  // Writes the file, under a name that the folder does not have yet.
  Result<BuiltBlock> write(io::FileSystem& files, const std::string& folder);

  // The name of the n-th block of the range.
  static std::string name(int64_t begin_ms, int64_t range_ms, uint64_t number);

 private:
  const std::byte* keep(std::string_view bytes);
  void seal(GroupHead& head);

  const int64_t begin_ms_;
  const int64_t range_ms_;
  SymbolTable symbols_;
  ShapeTable shapes_{symbols_};
  TailPool pool_;
  EncodedRow scratch_;
  ShapePtr shape_;
  std::deque<std::string> slabs_;  // full ones, and the one that is being filled; their bytes do not move
  BlockInput input_;
  uint64_t memory_bytes_ = 0;
};

}  // namespace sonde::tsdb
