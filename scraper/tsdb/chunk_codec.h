#pragma once
// Chunks: up to 120 values of one column, lossless, each in the cheapest of four modes. The bytes are the
// same in the head's slabs and in blocks; the number of values is not in them (their rows say it).
// Little-endian, unaligned.
//
//   header   u8      bits 0-2 mode (0 constant, 1 linear, 2 frame of reference, 3 delta), 8 gcd, 16
//   exceptions, 32 absent kind     u8      decimal.h width    u8      modes 2 and 3: bits per residual, 0..64
//   base     zigzag varint, or u64 when the kind is raw: the constant, the first value (1, 3) or the smallest
//   (2) step     zigzag varint, modes 1 and 3: the delta, the smallest delta gcd      varint, with bit 8:
//   what residuals are multiplied with exceptions, with bit 16: count u8, then (position u8, high varint)
//   each: high << width is added to the residual absent   with bit 32: one bit per value, low bit first, set
//   when the column had no value in that row bits     residuals of `width` bits, low bit first: one per value
//   (2), one per value but the first (3)
//
// Value i is base + gcd * residual (2), or the one before it + step + gcd * residual (3); arithmetic is
// modulo 2^64. Absent values take any number; the encoder is given what compresses well.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "scraper/tsdb/decimal.h"

namespace sonde::tsdb {

inline constexpr size_t kChunkRowsMax = 120;
inline constexpr size_t kChunkBitmapWords = 2;
// The largest chunk: raw values of 64 bits, every header field, an absent bitmap.
inline constexpr size_t kChunkBytesMax = 3 + 10 + 10 + 10 + 1 + 15 + 8 * kChunkRowsMax;

// Appends the chunk of `values` (integers of `kind`). `present` has a bit per value; empty: all are present.
void append_chunk(std::string& out, Kind kind, std::span<const int64_t> values,
                  std::span<const uint64_t> present);

// Appends a chunk without a present value.
void append_absent_chunk(std::string& out, size_t row_count);

// The kind of the values of a chunk that read_chunk() accepts.
inline Kind chunk_kind(std::span<const std::byte> chunk) {
  return static_cast<Kind>(chunk[1]);
}

// Decodes `count` values and their presence (kChunkBitmapWords words, bits above `count` unspecified). Bytes
// after the chunk are not looked at. False when the bytes are no chunk.
bool read_chunk(std::span<const std::byte> bytes, size_t count, double* values, uint64_t* present);

}  // namespace sonde::tsdb
