#include "scraper/tsdb/block_writer.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "common/io/atomic_write.h"
#include "common/io/byte_writer.h"
#include "common/io/crc32c.h"

namespace sonde::tsdb {
namespace {

constexpr size_t kWriteBytes = 1 << 20;

// Sections to a file, with their checksums.
class SectionWriter {
 public:
  explicit SectionWriter(io::WritableFile& file) : file_(file) {
    io::append_u32(buffer_, kBlockMagic);
    io::append_u32(buffer_, kBlockVersion);
  }

  void begin(SectionKind kind) {
    pad();
    sections_.push_back({kind, 0, offset(), 0});
  }
  Status append(io::Bytes bytes) {
    SectionEntry& section = sections_.back();
    if (section.kind == SectionKind::Chunks) {
      note_pages(bytes);
    } else {
      section.crc = io::crc32c(bytes, section.crc);
    }
    section.size_bytes += bytes.size();
    buffer_ += io::as_text(bytes);
    return buffer_.size() >= kWriteBytes ? write() : Ok{};
  }
  template <class T>
  Status add(SectionKind kind, const std::vector<T>& items) {
    begin(kind);
    return append(std::as_bytes(std::span(items)));
  }
  uint64_t section_bytes() const { return sections_.back().size_bytes; }
  std::vector<uint32_t> take_page_checksums() {
    if (page_bytes_ > 0) page_checksums_.push_back(page_crc_);
    return std::move(page_checksums_);
  }

  Status finish(BlockInfo info) {
    pad();
    BlockTrailer trailer;
    trailer.footer_offset = offset();
    info.section_count = static_cast<uint32_t>(sections_.size());
    std::string footer;
    io::append_fixed(footer, info);
    footer += io::as_text(std::as_bytes(std::span(sections_)));
    trailer.footer_bytes = static_cast<uint32_t>(footer.size());
    trailer.footer_crc = io::crc32c(io::as_bytes(footer));
    trailer.file_bytes = trailer.footer_offset + footer.size() + sizeof(trailer);
    buffer_ += footer;
    io::append_fixed(buffer_, trailer);
    return write();
  }

 private:
  uint64_t offset() const { return written_ + buffer_.size(); }
  void pad() { buffer_.append((kSectionAlignment - offset() % kSectionAlignment) % kSectionAlignment, '\0'); }
  Status write() {
    auto done = file_.append(io::as_bytes(buffer_));
    written_ += buffer_.size();
    buffer_.clear();
    return done;
  }
  void note_pages(io::Bytes bytes) {
    while (!bytes.empty()) {
      const auto part = bytes.first(std::min<size_t>(bytes.size(), kBlockPageBytes - page_bytes_));
      page_crc_ = io::crc32c(part, page_crc_);
      page_bytes_ += part.size();
      bytes = bytes.subspan(part.size());
      if (page_bytes_ < kBlockPageBytes) continue;
      page_checksums_.push_back(page_crc_);
      page_crc_ = 0;
      page_bytes_ = 0;
    }
  }

  io::WritableFile& file_;
  std::string buffer_;
  uint64_t written_ = 0;
  std::vector<SectionEntry> sections_;
  std::vector<uint32_t> page_checksums_;
  uint32_t page_crc_ = 0;
  size_t page_bytes_ = 0;
};

// Ids of the process to ids of the block, for what the block uses.
class BlockNames {
 public:
  BlockNames(const SymbolTable& symbols, const BlockInput& input) : symbols_(symbols) {
    for (const BlockInput::Part& part : input.parts) {
      add_set(part.labels);
      if (!shape_ids_.try_emplace(part.layout.get(), static_cast<uint32_t>(shapes_.size())).second) continue;
      shapes_.push_back(part.layout.get());
      for (const LabelSetId column : part.layout->columns) add_set(column);
    }
    used_symbols_.push_back(nameless_);
    std::ranges::sort(used_symbols_);
    used_symbols_.erase(std::unique(used_symbols_.begin(), used_symbols_.end()), used_symbols_.end());
    std::ranges::sort(used_symbols_, {}, [&](SymbolId id) { return text(id); });
    for (uint32_t i = 0; i < used_symbols_.size(); ++i) symbol_ids_.emplace(used_symbols_[i], i);
  }

  uint32_t set_id(LabelSetId id) const { return set_ids_.at(id); }
  uint32_t shape_id(const Shape* shape) const { return shape_ids_.at(shape); }
  // Metric names in the order of their text.
  uint32_t name_rank(SymbolId name) const { return symbol_ids_.at(name == kNoId ? nameless_ : name); }

  Status write(SectionWriter& out) const {
    std::vector<uint64_t> text_offsets{0};
    std::string all_text;
    for (const SymbolId id : used_symbols_) {
      all_text += text(id);
      text_offsets.push_back(all_text.size());
    }
    if (auto done = out.add(SectionKind::SymbolOffsets, text_offsets); !done) return done;
    out.begin(SectionKind::SymbolText);
    if (auto done = out.append(io::as_bytes(all_text)); !done) return done;
    if (auto done = write_sets(out); !done) return done;
    return write_shapes(out);
  }

 private:
  std::string_view text(SymbolId id) const {
    return id == nameless_ ? std::string_view() : symbols_.text(id);
  }

  void add_set(LabelSetId id) {
    if (!set_ids_.try_emplace(id, static_cast<uint32_t>(sets_.size())).second) return;
    sets_.push_back(id);
    for (const LabelRef& label : symbols_.label_set(id)) {
      used_symbols_.push_back(label.name);
      used_symbols_.push_back(label.value);
    }
  }

  Status write_sets(SectionWriter& out) const {
    std::vector<uint32_t> offsets{0};
    std::vector<LabelRef> refs;
    std::vector<uint64_t> hashes;
    for (const LabelSetId id : sets_) {
      for (const LabelRef& label : symbols_.label_set(id)) {
        refs.push_back({symbol_ids_.at(label.name), symbol_ids_.at(label.value)});
      }
      offsets.push_back(static_cast<uint32_t>(refs.size()));
      hashes.push_back(symbols_.label_set_hash(id));
    }
    if (auto done = out.add(SectionKind::LabelSetOffsets, offsets); !done) return done;
    if (auto done = out.add(SectionKind::LabelRefs, refs); !done) return done;
    return out.add(SectionKind::LabelSetHashes, hashes);
  }

  Status write_shapes(SectionWriter& out) const {
    std::vector<BlockShape> entries;
    std::vector<uint32_t> columns;
    std::vector<NamedColumn> names;
    for (const Shape* shape : shapes_) {
      entries.push_back(
          {static_cast<uint32_t>(columns.size()), static_cast<uint32_t>(shape->columns.size()), shape->hash});
      for (const LabelSetId column : shape->columns) columns.push_back(set_ids_.at(column));
      const size_t begin = names.size();
      for (const NamedColumn& entry : shape->by_name) {
        const bool is_nameless = symbols_.text(entry.metric_name).empty();
        names.push_back({name_rank(is_nameless ? kNoId : entry.metric_name), entry.column});
      }
      std::sort(names.begin() + static_cast<ptrdiff_t>(begin), names.end(), [](const auto& a, const auto& b) {
        return std::tie(a.metric_name, a.column) < std::tie(b.metric_name, b.column);
      });
    }
    if (auto done = out.add(SectionKind::Shapes, entries); !done) return done;
    if (auto done = out.add(SectionKind::ShapeColumns, columns); !done) return done;
    return out.add(SectionKind::ShapeNames, names);
  }

  const SymbolTable& symbols_;
  const SymbolId nameless_ = kNoId;  // stands for "" here, which no label has
  std::unordered_map<LabelSetId, uint32_t> set_ids_;
  std::vector<LabelSetId> sets_;
  std::unordered_map<const Shape*, uint32_t> shape_ids_;
  std::vector<const Shape*> shapes_;
  std::vector<SymbolId> used_symbols_;
  std::unordered_map<SymbolId, uint32_t> symbol_ids_;
};

// Without an absent bitmap equal bytes mean equal values, whatever the number of rows.
bool is_plain_constant(std::string_view chunk) {
  return !chunk.empty() && chunk[0] == 0;
}

class BlockWriter {
 public:
  BlockWriter(io::WritableFile& file, const SymbolTable& symbols, const BlockInput& input)
      : out_(file), symbols_(symbols), input_(input), names_(symbols, input) {}

  Result<BlockInfo> write() {
    info_.source = input_.source;
    info_.range_end_ms = input_.range_end_ms;
    if (auto done = write_parts(); !done) return done.error();
    if (auto done = names_.write(out_); !done) return done.error();
    if (auto done = write_chunks(); !done) return done.error();
    if (auto done = out_.add(SectionKind::Directory, directory_); !done) return done.error();
    if (auto done = out_.add(SectionKind::PageChecksums, out_.take_page_checksums()); !done)
      return done.error();
    if (auto done = out_.finish(info_); !done) return done.error();
    return info_;
  }

 private:
  struct ColumnRef {
    uint32_t name;  // rank
    uint32_t part;
    uint32_t column;
    uint32_t label_set;
  };

  uint32_t add_times(std::string_view packed) {
    const auto [at, is_new] =
        times_offsets_.try_emplace(std::string(packed), static_cast<uint32_t>(times_.size()));
    if (is_new) times_ += packed;
    return at->second;
  }

  Status write_parts() {
    std::vector<BlockPart> parts;
    std::vector<BlockRowGroup> row_groups;
    bool is_first = true;
    for (const BlockInput::Part& source : input_.parts) {
      const std::vector<PartRows::RowGroup> groups = source.rows->row_groups();
      BlockPart part;
      part.label_set = names_.set_id(source.labels);
      part.flags = source.absence_is_stale ? kPartAbsenceIsStale : 0;
      part.shape = names_.shape_id(source.layout.get());
      part.row_group_begin = row_groups.size();
      part.row_group_count = static_cast<uint32_t>(groups.size());
      part.directory_begin = directory_.size();
      part.time_min_ms = groups.front().time_min_ms;
      part.time_max_ms = groups.back().time_max_ms;
      for (const PartRows::RowGroup& group : groups) {
        row_groups.push_back({group.time_min_ms, group.time_max_ms, add_times(io::as_text(group.times)),
                              static_cast<uint16_t>(group.times.size()),
                              static_cast<uint16_t>(group.row_count)});
        info_.samples += group.row_count * source.layout->columns.size();
      }
      directory_.resize(directory_.size() + source.layout->columns.size());
      info_.series += source.layout->columns.size();
      info_.time_min_ms = is_first ? part.time_min_ms : std::min(info_.time_min_ms, part.time_min_ms);
      info_.time_max_ms = is_first ? part.time_max_ms : std::max(info_.time_max_ms, part.time_max_ms);
      is_first = false;
      parts.push_back(part);
    }
    if (auto done = out_.add(SectionKind::Parts, parts); !done) return done;
    if (auto done = out_.add(SectionKind::RowGroups, row_groups); !done) return done;
    out_.begin(SectionKind::Times);
    if (auto done = out_.append(io::as_bytes(times_)); !done) return done;
    parts_ = std::move(parts);
    return Ok{};
  }

  std::vector<ColumnRef> columns_in_metric_order() const {
    std::vector<ColumnRef> columns;
    columns.reserve(info_.series);
    for (uint32_t part = 0; part < input_.parts.size(); ++part) {
      const Shape& layout = *input_.parts[part].layout;
      for (const NamedColumn& entry : layout.by_name) {
        const bool is_nameless = symbols_.text(entry.metric_name).empty();
        const uint32_t rank = names_.name_rank(is_nameless ? kNoId : entry.metric_name);
        columns.push_back({rank, part, entry.column, names_.set_id(layout.columns[entry.column])});
      }
    }
    std::ranges::sort(columns, {},
                      [](const ColumnRef& ref) { return std::tuple(ref.name, ref.label_set, ref.part); });
    return columns;
  }

  Status write_chunks() {
    out_.begin(SectionKind::Chunks);
    RunBuilder run;
    for (const ColumnRef& ref : columns_in_metric_order()) {
      run.clear();
      if (auto done = input_.parts[ref.part].rows->add_run(ref.column, run); !done) return done;
      directory_[parts_[ref.part].directory_begin + ref.column] = out_.section_bytes();
      if (auto done = out_.append(io::as_bytes(run.bytes())); !done) return done;
    }
    return Ok{};
  }

  SectionWriter out_;
  const SymbolTable& symbols_;
  const BlockInput& input_;
  const BlockNames names_;
  BlockInfo info_;
  std::vector<BlockPart> parts_;
  std::vector<uint64_t> directory_;
  std::string times_;
  std::unordered_map<std::string, uint32_t> times_offsets_;
};

}  // namespace

void RunBuilder::add(std::string_view chunk) {
  if (chunk == before_ && is_plain_constant(chunk)) {
    io::append_u8(bytes_, 0);
    return;
  }
  io::append_sized_text(bytes_, chunk);
  before_ = chunk;
}

void RunBuilder::clear() {
  bytes_.clear();
  before_.clear();
}

Result<BlockInfo> write_block(io::FileSystem& files, const std::string& path, const SymbolTable& symbols,
                              const BlockInput& input) {
  auto file = io::AtomicFile::create(files, path);
  if (!file) return file.error();
  auto info = BlockWriter(file->file(), symbols, input).write();
  if (!info) return info;
  if (auto committed = file->commit(); !committed) return committed.error();
  return info;
}

}  // namespace sonde::tsdb
