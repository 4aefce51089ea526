#pragma once
// An open block: mapped, its index checked when it is opened, its chunks when they are first read. What is
// damaged becomes the query's error. Any thread; selections keep a block alive after it was deleted.

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "common/io/file_system.h"
#include "scraper/tsdb/block_format.h"
#include "scraper/tsdb/selection.h"
#include "scraper/tsdb/shape.h"
#include "scraper/tsdb/symbol_table.h"

namespace sonde::tsdb {

class BlockReader final : public SymbolSource {
 public:
  static Result<std::shared_ptr<const BlockReader>> open(io::FileSystem& files, const std::string& path);

  const BlockInfo& info() const { return info_; }
  uint64_t size_bytes() const { return mapping_.size(); }

  std::string_view text(SymbolId id) const override;
  SymbolId find(std::string_view text) const override;
  std::span<const LabelRef> label_set(LabelSetId id) const override;
  uint64_t label_set_hash(LabelSetId id) const override { return set_hashes_[id]; }

  // The stretches that match; they live as long as the block.
  void select(std::span<const Matcher> matchers, storage::TimeRange range,
              std::vector<FoundStretch>& found) const;

  // Every group's rows, in the order they were written.
  std::span<const BlockPart> parts() const { return parts_; }
  ShapeView shape(uint32_t id) const;

  std::span<const BlockRowGroup> row_groups(const BlockPart& part) const {
    return row_groups_.subspan(part.row_group_begin, part.row_group_count);
  }
  std::span<const std::byte> times(const BlockRowGroup& group) const {
    return times_.subspan(group.times_offset, group.times_bytes);
  }
  // The bytes of the chunks from the column's run on, up to the section's end.
  std::span<const std::byte> run(const BlockPart& part, size_t column) const {
    return chunks_.subspan(directory_[part.directory_begin + column]);
  }
  // Checks the pages of these bytes of the chunks, each once.
  Status verify(std::span<const std::byte> bytes) const;

 private:
  struct Sections;

  BlockReader() = default;
  Status read_footer(uint64_t file_bytes);
  Status use_sections(const std::vector<SectionEntry>& entries);
  bool is_consistent() const;
  Status verify_page(size_t page) const;

  std::string path_;
  std::unique_ptr<io::ReadableFile> file_;
  io::MappedFile mapping_;
  BlockInfo info_;
  std::span<const uint64_t> symbol_offsets_;
  std::span<const std::byte> symbol_text_;
  std::span<const uint32_t> set_offsets_;
  std::span<const LabelRef> label_refs_;
  std::span<const uint64_t> set_hashes_;
  std::span<const BlockShape> shapes_;
  std::span<const uint32_t> shape_columns_;
  std::span<const NamedColumn> shape_names_;
  std::span<const BlockPart> parts_;
  std::span<const BlockRowGroup> row_groups_;
  std::span<const std::byte> times_;
  std::span<const uint64_t> directory_;
  std::span<const std::byte> chunks_;
  std::span<const uint32_t> page_checksums_;
  mutable std::vector<std::atomic<bool>> page_is_good_;
};

// Walks a column's chunks, one per row group of the part.
class BlockRunReader {
 public:
  BlockRunReader(const BlockReader& block, const BlockPart& part, size_t column)
      : block_(block), rest_(block.run(part, column)) {}

  // The next chunk, its bytes checked; fails on damage, and behind the last one.
  Status next();
  std::span<const std::byte> chunk() const { return chunk_; }

 private:
  const BlockReader& block_;
  std::span<const std::byte> rest_;
  std::span<const std::byte> chunk_;
};

// For chunks that read_chunk() does not accept.
inline Error damaged_chunk() {
  return {ErrorCode::Corrupt, "a chunk of a block cannot be decoded"};
}

}  // namespace sonde::tsdb
