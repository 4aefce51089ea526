#pragma once
// Writes a block from rows that are sealed already: chunks are copied as they are, in metric order, so that a
// query of one metric over many groups reads one stretch of the file. Memory is that of the index; chunks
// pass through. The symbols and what the rows refer to live as long as the call. One thread.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "common/io/file_system.h"
#include "scraper/tsdb/block_format.h"
#include "scraper/tsdb/shape.h"
#include "scraper/tsdb/symbol_table.h"

namespace sonde::tsdb {

// A column's chunks in a block, one per row group; a constant that repeats takes one byte.
class RunBuilder {
 public:
  void add(std::string_view chunk);
  std::string_view bytes() const { return bytes_; }
  void clear();

 private:
  std::string bytes_;
  std::string before_;
};

// The rows of a part, wherever they come from.
class PartRows {
 public:
  struct RowGroup {
    int64_t time_min_ms = 0;
    int64_t time_max_ms = 0;
    size_t row_count = 0;
    std::span<const std::byte> times;  // times_codec.h
  };
  virtual ~PartRows() = default;
  // At least one; ascending in time.
  virtual std::vector<RowGroup> row_groups() const = 0;
  // Adds the column's chunk in each of the row groups.
  virtual Status add_run(size_t column, RunBuilder& run) const = 0;
};

struct BlockInput {
  // One group's rows with one set of columns.
  struct Part {
    LabelSetId labels = 0;
    bool absence_is_stale = true;
    ShapePtr layout;  // at least one column
    std::unique_ptr<PartRows> rows;
  };
  std::vector<Part> parts;
  int64_t range_end_ms = 0;
  BlockSource source = BlockSource::Head;
};

// The block at `path`, whole or not at all; `info` of what was written.
Result<BlockInfo> write_block(io::FileSystem& files, const std::string& path, const SymbolTable& symbols,
                              const BlockInput& input);

}  // namespace sonde::tsdb
