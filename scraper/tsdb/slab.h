#pragma once
// A slab: what a seal writes, up to 120 rows of a group as column chunks. Little-endian, unaligned, at most
// 64 KB per segment.
//
//   rows      u16
//   times     u16         bytes of the times below
//   columns   u32         of the group at the seal; columns added later are absent here
//   offsets   u32 * (segments + 1)   of each segment from the slab's start; the last is the slab's size
//   times     times_codec.h
//   segment   nothing at all when no column of it is stored, else
//     stored    u64       bit c: column c has a chunk. Without one it had its base value in every row.
//     offsets   u16 * popcount(stored)   of each chunk from the segment's start
//     chunks    chunk_codec.h

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "scraper/tsdb/chunk_codec.h"

namespace sonde::tsdb {

inline constexpr size_t kSlabHeaderBytes = 8;

struct SlabView {
  std::span<const std::byte> bytes;

  size_t row_count() const;
  size_t column_count() const;
  std::span<const std::byte> times() const;
  // Where chunk() looks first and second, for prefetching.
  const std::byte* offset_position(size_t column) const;
  const std::byte* segment_position(size_t column) const;
  // The chunk of a column; empty when it had its base value throughout, or is a later column (see
  // column_count).
  std::span<const std::byte> chunk(size_t column) const;
};

}  // namespace sonde::tsdb
