#include "scraper/tsdb/block_reader.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <tuple>
#include <utility>

#include "common/io/byte_reader.h"
#include "common/io/crc32c.h"
#include "scraper/tsdb/chunk_codec.h"
#include "scraper/tsdb/head_stretch.h"
#include "scraper/tsdb/series_filter.h"
#include "scraper/tsdb/times_codec.h"

namespace sonde::tsdb {
namespace {

constexpr size_t kRunHeadBytes = 10;  // a chunk's length

template <class T>
std::span<const T> as_items(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
}

class BlockStretch final : public Stretch {
 public:
  BlockStretch(const BlockReader& block, const BlockPart& part) : block_(block), part_(part) {}

  // Finds the rows in the range; false when the times are damaged.
  bool trim(storage::TimeRange range) {
    const auto groups = block_.row_groups(part_);
    std::array<int64_t, kChunkRowsMax> times_ms;
    for (size_t i = 0; i < groups.size(); ++i) {
      const BlockRowGroup& group = groups[i];
      if (group.time_max_ms < range.start_ms || group.time_min_ms > range.end_ms) continue;
      size_t begin = 0;
      size_t end = group.row_count;
      if (group.time_min_ms < range.start_ms || group.time_max_ms > range.end_ms) {
        if (!tsdb::read_times(block_.times(group), group.row_count, times_ms.data())) return false;
        std::tie(begin, end) = rows_in_range(times_ms.data(), group.row_count, range);
        if (begin == end) continue;
      }
      pieces_.push_back({static_cast<uint32_t>(i), static_cast<uint16_t>(begin), static_cast<uint16_t>(end)});
      row_count_ += end - begin;
    }
    return true;
  }

  size_t row_count() const override { return row_count_; }

  Status read_times(std::vector<int64_t>& times_ms) const override {
    std::array<int64_t, kChunkRowsMax> buffer;
    for (const Piece& piece : pieces_) {
      const BlockRowGroup& group = block_.row_groups(part_)[piece.row_group];
      if (!tsdb::read_times(block_.times(group), group.row_count, buffer.data())) return damaged_chunk();
      times_ms.insert(times_ms.end(), buffer.begin() + piece.begin, buffer.begin() + piece.end);
    }
    return Ok{};
  }

  Status read_column(size_t column, double* values, uint64_t* present, size_t first_bit) const override {
    std::array<double, kChunkRowsMax> buffer;
    std::array<uint64_t, kChunkBitmapWords> bits;
    BlockRunReader run(block_, part_, column);
    size_t next = 0;  // row group that `run` is at
    size_t at = 0;
    for (const Piece& piece : pieces_) {
      for (; next <= piece.row_group; ++next) {
        if (auto moved = run.next(); !moved) return moved;
      }
      const size_t rows = block_.row_groups(part_)[piece.row_group].row_count;
      if (!read_chunk(run.chunk(), rows, buffer.data(), bits.data())) return damaged_chunk();
      std::copy(buffer.begin() + piece.begin, buffer.begin() + piece.end, values + at);
      or_bits(bits.data(), piece.begin, static_cast<size_t>(piece.end - piece.begin), present,
              first_bit + at);
      at += static_cast<size_t>(piece.end - piece.begin);
    }
    return Ok{};
  }

  void prefetch(size_t, unsigned) const override {
  }  // Metric order: the next series' chunks are the next bytes.

 private:
  struct Piece {
    uint32_t row_group;
    uint16_t begin;
    uint16_t end;
  };

  const BlockReader& block_;
  const BlockPart& part_;
  std::vector<Piece> pieces_;
  size_t row_count_ = 0;
};

}  // namespace

Result<std::shared_ptr<const BlockReader>> BlockReader::open(io::FileSystem& files, const std::string& path) {
  std::shared_ptr<BlockReader> block(new BlockReader);
  block->path_ = path;
  auto file = files.open_read(path);
  if (!file) return file.error();
  block->file_ = *std::move(file);
  const uint64_t file_bytes = block->file_->size();
  if (file_bytes < sizeof(BlockTrailer) + kSectionAlignment)
    return Error(ErrorCode::Truncated, path + ": too short");
  auto mapping = files.map(path, file_bytes);
  if (!mapping) return mapping.error();
  block->mapping_ = *std::move(mapping);
  if (auto read = block->read_footer(file_bytes); !read) return read.error().in(path);
  return std::shared_ptr<const BlockReader>(std::move(block));
}

Status BlockReader::read_footer(uint64_t file_bytes) {
  const auto bytes = mapping_.bytes();
  BlockTrailer trailer;
  std::memcpy(&trailer, bytes.data() + file_bytes - sizeof(trailer), sizeof(trailer));
  if (trailer.magic != kBlockMagic || trailer.file_bytes != file_bytes) {
    return Error(ErrorCode::Corrupt, "not a whole block");
  }
  if (trailer.version != kBlockVersion) {
    return Error(ErrorCode::Unsupported,
                 "block version " + std::to_string(trailer.version) + " is not known");
  }
  const uint64_t room = file_bytes - sizeof(trailer);
  if (trailer.footer_offset > room || trailer.footer_bytes != room - trailer.footer_offset ||
      trailer.footer_bytes < sizeof(BlockInfo)) {
    return Error(ErrorCode::Corrupt, "the footer is not where the trailer says");
  }
  const auto footer = bytes.subspan(trailer.footer_offset, trailer.footer_bytes);
  if (io::crc32c(footer) != trailer.footer_crc) return Error(ErrorCode::Corrupt, "footer crc mismatch");
  std::memcpy(&info_, footer.data(), sizeof(info_));
  const auto table = footer.subspan(sizeof(BlockInfo));
  if (table.size() != info_.section_count * sizeof(SectionEntry)) {
    return Error(ErrorCode::Corrupt, "the section table has the wrong size");
  }
  std::vector<SectionEntry> entries(info_.section_count);
  std::memcpy(entries.data(), table.data(), table.size());
  for (const SectionEntry& entry : entries) {
    if (entry.offset % kSectionAlignment != 0 || entry.offset > trailer.footer_offset ||
        entry.size_bytes > trailer.footer_offset - entry.offset) {
      return Error(ErrorCode::Corrupt, "a section lies outside of the file");
    }
    if (entry.kind == SectionKind::Chunks) continue;
    if (io::crc32c(bytes.subspan(entry.offset, entry.size_bytes)) != entry.crc) {
      return Error(ErrorCode::Corrupt,
                   "section " + std::to_string(static_cast<uint32_t>(entry.kind)) + " crc mismatch");
    }
  }
  return use_sections(entries);
}

Status BlockReader::use_sections(const std::vector<SectionEntry>& entries) {
  const auto section = [&](SectionKind kind) {
    const auto entry = std::ranges::find(entries, kind, &SectionEntry::kind);
    return entry == entries.end() ? std::span<const std::byte>()
                                  : mapping_.bytes().subspan(entry->offset, entry->size_bytes);
  };
  symbol_offsets_ = as_items<uint64_t>(section(SectionKind::SymbolOffsets));
  symbol_text_ = section(SectionKind::SymbolText);
  set_offsets_ = as_items<uint32_t>(section(SectionKind::LabelSetOffsets));
  label_refs_ = as_items<LabelRef>(section(SectionKind::LabelRefs));
  set_hashes_ = as_items<uint64_t>(section(SectionKind::LabelSetHashes));
  shapes_ = as_items<BlockShape>(section(SectionKind::Shapes));
  shape_columns_ = as_items<uint32_t>(section(SectionKind::ShapeColumns));
  shape_names_ = as_items<NamedColumn>(section(SectionKind::ShapeNames));
  parts_ = as_items<BlockPart>(section(SectionKind::Parts));
  row_groups_ = as_items<BlockRowGroup>(section(SectionKind::RowGroups));
  times_ = section(SectionKind::Times);
  directory_ = as_items<uint64_t>(section(SectionKind::Directory));
  chunks_ = section(SectionKind::Chunks);
  page_checksums_ = as_items<uint32_t>(section(SectionKind::PageChecksums));
  if (!is_consistent()) return Error(ErrorCode::Corrupt, "the sections contradict each other");
  page_is_good_ = std::vector<std::atomic<bool>>(page_checksums_.size());
  return Ok{};
}

// Everything that is later used as an index is within bounds.
bool BlockReader::is_consistent() const {
  if (symbol_offsets_.empty() || set_offsets_.empty() || set_hashes_.size() + 1 != set_offsets_.size() ||
      shape_names_.size() != shape_columns_.size() ||
      page_checksums_.size() != (chunks_.size() + kBlockPageBytes - 1) / kBlockPageBytes) {
    return false;
  }
  const size_t symbol_count = symbol_offsets_.size() - 1;
  const size_t set_count = set_hashes_.size();
  const auto in_shape = [&](const BlockShape& shape) {
    return shape.column_begin <= shape_columns_.size() &&
           shape.column_count <= shape_columns_.size() - shape.column_begin;
  };
  const auto is_good_part = [&](const BlockPart& part) {
    return part.label_set < set_count && part.shape < shapes_.size() && part.row_group_count > 0 &&
           part.row_group_begin <= row_groups_.size() &&
           part.row_group_count <= row_groups_.size() - part.row_group_begin &&
           part.directory_begin <= directory_.size() &&
           shapes_[part.shape].column_count <= directory_.size() - part.directory_begin;
  };
  return std::ranges::is_sorted(symbol_offsets_) && symbol_offsets_.back() <= symbol_text_.size() &&
         std::ranges::is_sorted(set_offsets_) && set_offsets_.back() <= label_refs_.size() &&
         std::ranges::all_of(
             label_refs_,
             [&](const LabelRef& ref) { return ref.name < symbol_count && ref.value < symbol_count; }) &&
         std::ranges::all_of(shapes_, in_shape) &&
         std::ranges::all_of(shape_columns_, [&](uint32_t set) { return set < set_count; }) &&
         std::ranges::all_of(parts_, is_good_part) &&
         std::ranges::all_of(row_groups_,
                             [&](const BlockRowGroup& group) {
                               return group.row_count > 0 && group.row_count <= kChunkRowsMax &&
                                      group.times_offset <= times_.size() &&
                                      group.times_bytes <= times_.size() - group.times_offset;
                             }) &&
         std::ranges::all_of(directory_, [&](uint64_t offset) { return offset <= chunks_.size(); }) &&
         std::ranges::all_of(shapes_, [&](const BlockShape& shape) {
           const auto names = shape_names_.subspan(shape.column_begin, shape.column_count);
           return std::ranges::all_of(
               names, [&](const NamedColumn& name) { return name.column < shape.column_count; });
         });
}

std::string_view BlockReader::text(SymbolId id) const {
  const auto bytes = symbol_text_.subspan(symbol_offsets_[id], symbol_offsets_[id + 1] - symbol_offsets_[id]);
  return io::as_text(bytes);
}

SymbolId BlockReader::find(std::string_view wanted) const {
  SymbolId begin = 0;
  auto end = static_cast<SymbolId>(symbol_offsets_.size() - 1);
  while (begin < end) {
    const SymbolId middle = begin + (end - begin) / 2;
    if (text(middle) < wanted) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return begin + 1 < symbol_offsets_.size() && text(begin) == wanted ? begin : kNoId;
}

std::span<const LabelRef> BlockReader::label_set(LabelSetId id) const {
  return label_refs_.subspan(set_offsets_[id], set_offsets_[id + 1] - set_offsets_[id]);
}

ShapeView BlockReader::shape(uint32_t id) const {
  const BlockShape& shape = shapes_[id];
  return {shape_columns_.subspan(shape.column_begin, shape.column_count),
          shape_names_.subspan(shape.column_begin, shape.column_count), shape.hash};
}

Status BlockReader::verify_page(size_t page) const {
  const uint64_t begin = page * kBlockPageBytes;
  const size_t size = std::min<uint64_t>(kBlockPageBytes, chunks_.size() - begin);
  // By read() and not through the mapping: a disk that fails is an error here and SIGBUS there.
  thread_local std::vector<std::byte> buffer(kBlockPageBytes);
  const auto file_offset = static_cast<uint64_t>(chunks_.data() - mapping_.data()) + begin;
  auto got = file_->read(file_offset, std::span(buffer).first(size));
  if (!got) return got.error();
  if (*got != size || io::crc32c(std::span(buffer).first(size)) != page_checksums_[page]) {
    return Error(ErrorCode::Corrupt,
                 path_ + ": page " + std::to_string(page) + " of the chunks: crc mismatch");
  }
  page_is_good_[page].store(true, std::memory_order_relaxed);
  return Ok{};
}

Status BlockReader::verify(std::span<const std::byte> bytes) const {
  if (bytes.empty()) return Ok{};
  const auto begin = static_cast<size_t>(bytes.data() - chunks_.data());
  for (size_t page = begin / kBlockPageBytes; page <= (begin + bytes.size() - 1) / kBlockPageBytes; ++page) {
    if (page_is_good_[page].load(std::memory_order_relaxed)) continue;
    if (auto good = verify_page(page); !good) return good;
  }
  return Ok{};
}

// Length 0 repeats the chunk before.
Status BlockRunReader::next() {
  if (auto good = block_.verify(rest_.first(std::min(rest_.size(), kRunHeadBytes))); !good) return good;
  io::ByteReader reader(rest_);
  const uint64_t length = reader.varint();
  if (reader.failed() || length > reader.left() || (length == 0 && chunk_.empty())) return damaged_chunk();
  const auto bytes = reader.bytes(static_cast<size_t>(length));
  if (length > 0) {
    if (auto good = block_.verify(bytes); !good) return good;
    chunk_ = bytes;
  }
  rest_ = rest_.subspan(rest_.size() - reader.left());
  return Ok{};
}

void BlockReader::select(std::span<const Matcher> matchers, storage::TimeRange range,
                         std::vector<FoundStretch>& found) const {
  if (info_.time_max_ms < range.start_ms || info_.time_min_ms > range.end_ms) return;
  SeriesFilter filter(matchers, *this);
  for (const BlockPart& part : parts_) {
    if (part.time_max_ms < range.start_ms || part.time_min_ms > range.end_ms) continue;
    const auto labels = label_set(part.label_set);
    const auto open = filter.match_group(labels);
    if (!open) continue;
    ColumnList columns = filter.match_columns(shape(part.shape), *open);
    if (columns->empty()) continue;
    auto rows = std::make_unique<BlockStretch>(*this, part);
    if (!rows->trim(range) || rows->row_count() == 0) continue;
    FoundStretch& out = found.emplace_back();
    out.symbols = this;
    out.group_labels = labels;
    out.group_hash = set_hashes_[part.label_set];
    out.absence_is_stale = (part.flags & kPartAbsenceIsStale) != 0;
    out.shape = shape(part.shape);
    out.columns = std::move(columns);
    out.time_min_ms = std::max(part.time_min_ms, range.start_ms);
    out.time_max_ms = std::min(part.time_max_ms, range.end_ms);
    out.rows = std::move(rows);
  }
}

}  // namespace sonde::tsdb
