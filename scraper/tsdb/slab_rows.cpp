#include "scraper/tsdb/slab_rows.h"

#include <array>
#include <memory>
#include <utility>

namespace sonde::tsdb {
namespace {

// The chunk of a column in a slab, made up when the slab has none.
void append_slab_chunk(std::string& out, const SlabRef& slab, size_t column) {
  const SlabView view = slab.view();
  const auto stored = view.chunk(column);
  if (!stored.empty()) {
    out += io::as_text(stored);
    return;
  }
  if (column >= view.column_count()) return append_absent_chunk(out, view.row_count());
  const double base = slab.part->base[column];
  const Kind kind = find_kind(base);
  std::array<int64_t, kChunkRowsMax> values;
  values.fill(to_scaled(kind, base));
  append_chunk(out, kind, {values.data(), view.row_count()}, {});
}

}  // namespace

std::vector<PartRows::RowGroup> SlabRows::row_groups() const {
  std::vector<RowGroup> groups;
  for (const SlabRef& slab : slabs_) {
    const SlabView view = slab.view();
    groups.push_back({slab.time_min_ms, slab.time_max_ms, view.row_count(), view.times()});
  }
  return groups;
}

Status SlabRows::add_run(size_t column, RunBuilder& run) const {
  std::string chunk;
  for (const SlabRef& slab : slabs_) {
    chunk.clear();
    append_slab_chunk(chunk, slab, column);
    run.add(chunk);
  }
  return Ok{};
}

void add_slab_parts(BlockInput& input, const GroupHead& head, const std::vector<SlabRef>& slabs,
                    storage::TimeRange window) {
  std::vector<SlabRef> lineage;
  const auto finish = [&] {
    if (lineage.empty()) return;
    // Later parts of a lineage know all the columns of earlier ones.
    ShapePtr layout = lineage.back().part->layout;
    input.parts.push_back({head.identity().labels, head.identity().absence_is_stale, std::move(layout),
                           std::make_unique<SlabRows>(std::exchange(lineage, {}))});
  };
  for (const SlabRef& slab : slabs) {
    if (slab.time_min_ms < window.start_ms || slab.time_max_ms > window.end_ms) continue;
    if (!lineage.empty() && slab.part->lineage != lineage.back().part->lineage) finish();
    lineage.push_back(slab);
  }
  finish();
}

}  // namespace sonde::tsdb
