#include "scraper/tsdb/head_stretch.h"

#include <algorithm>
#include <array>
#include <utility>

#include "scraper/tsdb/prefetch.h"
#include "scraper/tsdb/times_codec.h"

namespace sonde::tsdb {
namespace {

constexpr size_t kPrefetchedChunkBytes = 256;  // what follows comes by itself

Error damaged_slab() {
  return {ErrorCode::Corrupt, "a slab of the head cannot be decoded"};
}

void prefetch_slab(const SlabView& slab, size_t column, unsigned stage) {
  switch (stage) {
    case 1:
      prefetch_line(slab.bytes.data());
      prefetch_line(slab.offset_position(column));
      return;
    case 2:
      prefetch_line(slab.segment_position(column));
      prefetch_line(slab.segment_position(column) + kCacheLineBytes);  // the offsets of its chunks
      return;
    case 3: {
      const auto chunk = slab.chunk(column);
      if (chunk.empty()) return;
      prefetch_bytes(chunk.data(), std::min(chunk.size(), kPrefetchedChunkBytes));
      return;
    }
    default:
      return;
  }
}

}  // namespace

std::pair<size_t, size_t> rows_in_range(const int64_t* times_ms, size_t count, storage::TimeRange range) {
  const auto* begin = std::lower_bound(times_ms, times_ms + count, range.start_ms);
  const auto* end = std::upper_bound(begin, times_ms + count, range.end_ms);
  return {static_cast<size_t>(begin - times_ms), static_cast<size_t>(end - times_ms)};
}

void or_bits(const uint64_t* bits, size_t begin, size_t count, uint64_t* out, size_t first_bit) {
  for (size_t done = 0; done < count;) {
    const size_t from = begin + done;
    const size_t to = first_bit + done;
    const size_t step = std::min({count - done, 64 - from % 64, 64 - to % 64});
    const uint64_t mask = step == 64 ? ~0ULL : (1ULL << step) - 1;
    out[to / 64] |= ((bits[from / 64] >> (from % 64)) & mask) << (to % 64);
    done += step;
  }
}

bool read_slab_column(const SlabRef& slab, size_t column, double* values, uint64_t* present) {
  const SlabView view = slab.view();
  if (column >= view.column_count()) {
    std::fill_n(values, view.row_count(), 0.0);
    std::fill_n(present, kChunkBitmapWords, 0);
    return true;
  }
  const auto chunk = view.chunk(column);
  if (!chunk.empty()) return read_chunk(chunk, view.row_count(), values, present);
  std::fill_n(values, view.row_count(), slab.part->base[column]);
  std::fill_n(present, kChunkBitmapWords, ~0ULL);
  return true;
}

void HeadStretch::note_rows(const int64_t* times_ms, size_t begin, size_t end) {
  if (row_count_ == 0) time_min_ms_ = times_ms[begin];
  time_max_ms_ = times_ms[end - 1];
  row_count_ += end - begin;
}

void HeadStretch::add_slab(SlabRef slab, storage::TimeRange range) {
  const size_t count = slab.row_count;
  std::array<int64_t, kRowsPerSeal> times_ms;
  size_t begin = 0;
  size_t end = count;
  if (slab.time_min_ms < range.start_ms || slab.time_max_ms > range.end_ms) {
    if (!tsdb::read_times(slab.view().times(), count, times_ms.data())) return;
    std::tie(begin, end) = rows_in_range(times_ms.data(), count, range);
    if (begin == end) return;
  } else {
    times_ms[0] = slab.time_min_ms;
    times_ms[count - 1] = slab.time_max_ms;
  }
  slabs_.push_back({std::move(slab), begin, end});
  note_rows(times_ms.data(), begin, end);
}

void HeadStretch::add_tail(const GroupHead::View& view, storage::TimeRange range) {
  generation_ = view.generation;
  tail_rows_ = view.tail_row_count;
  std::array<int64_t, kRowsPerSeal> times_ms;
  if (!head_->read_tail_times(generation_, tail_rows_, times_ms.data())) {
    // Sealed since the view was taken: the slabs have its rows.
    size_t at = 0;
    for (const SlabRef& slab : sealed_tail()) {
      if (!tsdb::read_times(slab.view().times(), slab.view().row_count(), times_ms.data() + at)) return;
      at += slab.view().row_count();
    }
  }
  std::tie(tail_begin_, tail_end_) = rows_in_range(times_ms.data(), tail_rows_, range);
  if (tail_begin_ < tail_end_) note_rows(times_ms.data(), tail_begin_, tail_end_);
}

std::vector<SlabRef> HeadStretch::sealed_tail() const {
  return head_->sealed(generation_);
}

Status HeadStretch::read_times(std::vector<int64_t>& times_ms) const {
  std::array<int64_t, kRowsPerSeal> buffer;
  for (const Piece& piece : slabs_) {
    const SlabView view = piece.slab.view();
    if (!tsdb::read_times(view.times(), view.row_count(), buffer.data())) return damaged_slab();
    times_ms.insert(times_ms.end(), buffer.begin() + static_cast<ptrdiff_t>(piece.row_begin),
                    buffer.begin() + static_cast<ptrdiff_t>(piece.row_end));
  }
  if (tail_begin_ == tail_end_) return Ok{};
  if (!head_->read_tail_times(generation_, tail_rows_, buffer.data())) {
    size_t at = 0;
    for (const SlabRef& slab : sealed_tail()) {
      if (!tsdb::read_times(slab.view().times(), slab.view().row_count(), buffer.data() + at))
        return damaged_slab();
      at += slab.view().row_count();
    }
  }
  times_ms.insert(times_ms.end(), buffer.begin() + static_cast<ptrdiff_t>(tail_begin_),
                  buffer.begin() + static_cast<ptrdiff_t>(tail_end_));
  return Ok{};
}

Status HeadStretch::read_column(size_t column, double* values, uint64_t* present, size_t first_bit) const {
  std::array<double, kRowsPerSeal> buffer;
  std::array<uint64_t, kChunkBitmapWords + 1> bits;
  size_t at = 0;
  const auto take = [&](size_t begin, size_t end) {
    std::copy(buffer.data() + begin, buffer.data() + end, values + at);
    or_bits(bits.data(), begin, end - begin, present, first_bit + at);
    at += end - begin;
  };
  for (const Piece& piece : slabs_) {
    if (!read_slab_column(piece.slab, column, buffer.data(), bits.data())) return damaged_slab();
    take(piece.row_begin, piece.row_end);
  }
  if (tail_begin_ == tail_end_) return Ok{};
  if (head_->read_tail_column(generation_, tail_rows_, column, buffer.data(), bits.data())) {
    take(tail_begin_, tail_end_);
    return Ok{};
  }
  size_t row = 0;  // of the tail that was
  for (const SlabRef& slab : sealed_tail()) {
    const size_t count = slab.view().row_count();
    const size_t begin = std::clamp(tail_begin_, row, row + count) - row;
    const size_t end = std::clamp(tail_end_, row, row + count) - row;
    if (begin < end) {
      if (!read_slab_column(slab, column, buffer.data(), bits.data())) return damaged_slab();
      take(begin, end);
    }
    row += count;
  }
  return Ok{};
}

// Each stage reads only what the one before asked for. Slabs are immutable; the group is looked at under its
// lock.
void HeadStretch::prefetch(size_t column, unsigned stage) const {
  for (const Piece& piece : slabs_) prefetch_slab(piece.slab.view(), column, stage);
  if (tail_begin_ == tail_end_) return;
  switch (stage) {
    case 0:
      return head_->prefetch_self();
    case 1:
      return head_->prefetch_tail_column(column);
    case 2:
      return head_->prefetch_tail_blocks(column);
    default:
      return head_->prefetch_tail_bytes(column);
  }
}

std::vector<HeadStretch> make_head_stretches(const GroupHead& head, GroupHead::View view,
                                             storage::TimeRange range) {
  std::vector<HeadStretch> stretches;
  const auto stretch_for = [&](const std::shared_ptr<const Part>& part) -> HeadStretch& {
    // Within a lineage later parts only add columns; the newest one knows them all.
    if (stretches.empty() || stretches.back().lineage() != part->lineage) stretches.emplace_back(head, part);
    stretches.back().use_part(part);
    return stretches.back();
  };
  for (SlabRef& slab : view.slabs) stretch_for(slab.part).add_slab(std::move(slab), range);
  if (view.tail_row_count > 0) stretch_for(view.part).add_tail(view, range);
  std::erase_if(stretches, [](const HeadStretch& stretch) { return stretch.empty(); });
  return stretches;
}

}  // namespace sonde::tsdb
