#include "scraper/tsdb/slab.h"

#include <cstring>

#include "scraper/tsdb/bit_count.h"
#include "scraper/tsdb/piece.h"

namespace sonde::tsdb {
namespace {

template <class T>
T load(std::span<const std::byte> bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

size_t segment_count(size_t columns) {
  return (columns + kSegmentColumns - 1) / kSegmentColumns;
}

}  // namespace

size_t SlabView::row_count() const {
  return load<uint16_t>(bytes, 0);
}
size_t SlabView::column_count() const {
  return load<uint32_t>(bytes, 4);
}

std::span<const std::byte> SlabView::times() const {
  const size_t offset = kSlabHeaderBytes + 4 * (segment_count(column_count()) + 1);
  return bytes.subspan(offset, load<uint16_t>(bytes, 2));
}

const std::byte* SlabView::offset_position(size_t column) const {
  return bytes.data() + kSlabHeaderBytes + 4 * (column / kSegmentColumns);
}

const std::byte* SlabView::segment_position(size_t column) const {
  if (column >= column_count()) return bytes.data();
  return bytes.data() + load<uint32_t>(bytes, kSlabHeaderBytes + 4 * (column / kSegmentColumns));
}

std::span<const std::byte> SlabView::chunk(size_t column) const {
  if (column >= column_count()) return {};
  const size_t offset_at = kSlabHeaderBytes + 4 * (column / kSegmentColumns);
  const auto begin = load<uint32_t>(bytes, offset_at);
  const auto end = load<uint32_t>(bytes, offset_at + 4);
  if (begin == end) return {};
  const auto segment = bytes.subspan(begin, end - begin);
  const auto stored = load<uint64_t>(segment, 0);
  const uint64_t bit = 1ULL << (column % kSegmentColumns);
  if ((stored & bit) == 0) return {};
  const auto rank = size_t{count_bits(stored & (bit - 1))};
  const size_t chunk_begin = load<uint16_t>(segment, 8 + 2 * rank);
  const bool is_last = rank + 1 == size_t{count_bits(stored)};
  const size_t chunk_end = is_last ? segment.size() : load<uint16_t>(segment, 8 + 2 * (rank + 1));
  return segment.subspan(chunk_begin, chunk_end - chunk_begin);
}

}  // namespace sonde::tsdb
