#include "scraper/tsdb/block_merge.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "scraper/tsdb/chunk_codec.h"
#include "scraper/tsdb/decimal.h"
#include "scraper/tsdb/times_codec.h"

namespace sonde::tsdb {
namespace {

// Makes a chunk without the samples of some ranges.
Status append_thinned_chunk(std::string& out, std::span<const std::byte> chunk,
                            std::span<const int64_t> times_ms, std::span<const storage::TimeRange> erased) {
  std::array<double, kChunkRowsMax> values;
  std::array<uint64_t, kChunkBitmapWords> present;
  if (!read_chunk(chunk, times_ms.size(), values.data(), present.data())) return damaged_chunk();
  for (const storage::TimeRange& range : erased) clear_bits(times_ms, range, present.data(), 0);
  const Kind kind = chunk_kind(chunk);
  std::array<int64_t, kChunkRowsMax> scaled;
  int64_t last = 0;  // what compresses well where nothing is
  bool is_full = true;
  for (size_t i = 0; i < times_ms.size(); ++i) {
    const bool is_present = ((present[i / 64] >> (i % 64)) & 1) != 0;
    if (is_present) last = to_scaled(kind, values[i]);
    scaled[i] = last;
    is_full &= is_present;
  }
  append_chunk(out, kind, {scaled.data(), times_ms.size()},
               is_full ? std::span<const uint64_t>() : std::span<const uint64_t>(present));
  return Ok{};
}

// One group's rows of several blocks, with one set of columns.
class MergedRows final : public PartRows {
 public:
  struct Source {
    const BlockReader* block;
    const BlockPart* part;
    // Where each column of the layout is in the part; later ones are absent in it.
    std::shared_ptr<const std::vector<uint32_t>> columns;
    std::map<uint32_t, std::vector<storage::TimeRange>> erased;  // by column of the part
  };

  explicit MergedRows(const std::function<bool()>& is_cancelled) : is_cancelled_(is_cancelled) {}
  void add(Source source) { sources_.push_back(std::move(source)); }

  std::vector<RowGroup> row_groups() const override {
    std::vector<RowGroup> out;
    for (const Source& source : sources_) {
      for (const BlockRowGroup& group : source.block->row_groups(*source.part)) {
        out.push_back({group.time_min_ms, group.time_max_ms, group.row_count, source.block->times(group)});
      }
    }
    return out;
  }

  Status add_run(size_t column, RunBuilder& run) const override {
    if (is_cancelled_ && is_cancelled_()) return Error(ErrorCode::Cancelled, "merging blocks was cancelled");
    for (const Source& source : sources_) {
      auto done = column < source.columns->size() ? add_stored(source, (*source.columns)[column], run)
                                                  : add_absent(source, run);
      if (!done) return done;
    }
    return Ok{};
  }

 private:
  static Status add_absent(const Source& source, RunBuilder& run) {
    std::string chunk;
    for (const BlockRowGroup& group : source.block->row_groups(*source.part)) {
      chunk.clear();
      append_absent_chunk(chunk, group.row_count);
      run.add(chunk);
    }
    return Ok{};
  }

  static Status add_stored(const Source& source, uint32_t column, RunBuilder& run) {
    BlockRunReader reader(*source.block, *source.part, column);
    const auto erased = source.erased.find(column);
    std::array<int64_t, kChunkRowsMax> times_ms;
    std::string chunk;
    for (const BlockRowGroup& group : source.block->row_groups(*source.part)) {
      if (auto moved = reader.next(); !moved) return moved;
      if (erased == source.erased.end()) {
        run.add(io::as_text(reader.chunk()));
        continue;
      }
      if (!tsdb::read_times(source.block->times(group), group.row_count, times_ms.data()))
        return damaged_chunk();
      chunk.clear();
      auto thinned =
          append_thinned_chunk(chunk, reader.chunk(), {times_ms.data(), group.row_count}, erased->second);
      if (!thinned) return thinned;
      run.add(chunk);
    }
    return Ok{};
  }

  const std::function<bool()>& is_cancelled_;
  std::vector<Source> sources_;
};

// Makes the parts of the new block, with symbols of its own.
class Merger {
 public:
  explicit Merger(const MergeInput& input) : input_(input) {
    out_.source = BlockSource::Import;
    for (const auto& block : input.blocks) add_block(*block);
  }

  const SymbolTable& symbols() const { return symbols_; }
  const BlockInput& block() const { return out_; }

 private:
  // A part that may go on.
  struct Open {
    size_t part;  // in out_
    MergedRows* rows;
    int64_t time_max_ms;
  };

  void add_block(const BlockReader& block) {
    // A merged block needs its line in the MANIFEST as soon as one of those it stands for did.
    if (block.info().source == BlockSource::Head) out_.source = BlockSource::Head;
    out_.range_end_ms = std::max(out_.range_end_ms, block.info().range_end_ms);
    Eraser eraser(input_.tombstones, block);
    label_sets_.clear();
    column_lists_.clear();
    for (const BlockPart& part : block.parts()) add_part(block, part, eraser);
  }

  void add_part(const BlockReader& block, const BlockPart& part, Eraser& eraser) {
    const ShapeView shape = block.shape(part.shape);
    const auto erased =
        eraser.find(block.label_set(part.label_set), shape, {part.time_min_ms, part.time_max_ms});
    const Columns columns = columns_of(block, part.shape, shape, erased.whole);
    if (columns.layout->columns.empty()) return;
    MergedRows::Source source{&block, &part, columns.in_part, {}};
    for (const auto& [column, range] : erased.partly) source.erased[column].push_back(range);

    const LabelSetId labels = translate(block, part.label_set);
    const bool absence_is_stale = (part.flags & kPartAbsenceIsStale) != 0;
    const auto [at, is_new] = open_.try_emplace({labels, absence_is_stale});
    Open& open = at->second;
    if (is_new || part.time_min_ms <= open.time_max_ms ||
        !extend(out_.parts[open.part].layout, columns.layout)) {
      auto rows = std::make_unique<MergedRows>(input_.is_cancelled);
      open = {out_.parts.size(), rows.get(), 0};
      out_.parts.push_back({labels, absence_is_stale, columns.layout, std::move(rows)});
    }
    open.rows->add(std::move(source));
    open.time_max_ms = part.time_max_ms;
  }

  // Whether rows with the columns `next` can follow those of `layout`, which takes its new columns then.
  static bool extend(ShapePtr& layout, const ShapePtr& next) {
    if (layout == next) return true;
    if (next->columns.size() < layout->columns.size()) return false;
    if (!std::equal(layout->columns.begin(), layout->columns.end(), next->columns.begin())) return false;
    layout = next;
    return true;
  }

  struct Columns {
    ShapePtr layout;
    std::shared_ptr<const std::vector<uint32_t>> in_part;
  };
  // A shape's columns but the erased ones; once for all parts that have it whole.
  const Columns& columns_of(const BlockReader& block, uint32_t shape_id, ShapeView shape,
                            const std::vector<uint32_t>& erased) {
    const auto [at, is_new] = column_lists_.try_emplace({shape_id, erased});
    if (!is_new) return at->second;
    std::vector<uint32_t> kept;
    std::vector<LabelSetId> sets;
    for (uint32_t column = 0; column < shape.columns.size(); ++column) {
      if (std::ranges::binary_search(erased, column)) continue;
      kept.push_back(column);
      sets.push_back(translate(block, shape.columns[column]));
    }
    at->second.layout = shapes_.share(std::move(sets));
    at->second.in_part = std::make_shared<const std::vector<uint32_t>>(std::move(kept));
    return at->second;
  }

  LabelSetId translate(const BlockReader& block, LabelSetId id) {
    const auto [at, is_new] = label_sets_.try_emplace(id, 0);
    if (!is_new) return at->second;
    std::vector<Label> labels;
    for (const LabelRef& ref : block.label_set(id)) {
      labels.push_back({std::string(block.text(ref.name)), std::string(block.text(ref.value))});
    }
    return at->second = symbols_.intern(Labels(std::move(labels)));
  }

  const MergeInput& input_;
  SymbolTable symbols_;
  ShapeTable shapes_{symbols_};
  BlockInput out_;
  std::map<std::pair<LabelSetId, bool>, Open> open_;
  // Of the block being added.
  std::unordered_map<LabelSetId, LabelSetId> label_sets_;
  std::map<std::pair<uint32_t, std::vector<uint32_t>>, Columns> column_lists_;
};

}  // namespace

Result<BlockInfo> merge_blocks(io::FileSystem& files, const std::string& path, const MergeInput& input) {
  const Merger merger(input);
  if (merger.block().parts.empty()) return BlockInfo{};
  return write_block(files, path, merger.symbols(), merger.block());
}

bool loses_samples(const BlockReader& block, const std::shared_ptr<const TombstoneList>& tombstones) {
  if (tombstones->empty()) return false;
  Eraser eraser(tombstones, block);
  return std::ranges::any_of(block.parts(), [&](const BlockPart& part) {
    return !eraser
                .find(block.label_set(part.label_set), block.shape(part.shape),
                      {part.time_min_ms, part.time_max_ms})
                .empty();
  });
}

}  // namespace sonde::tsdb
