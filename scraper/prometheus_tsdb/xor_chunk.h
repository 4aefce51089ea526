#pragma once
// Chunks of floats in the encoding XOR (tsdb/docs/format/chunks.md): the number of samples as u16, the first
// time (zigzag varint) and value (64 bits), then bits. The second time is a varint difference, later ones
// differences of differences in 1, 16, 20, 24 or 68 bits. A value is XORed with the one before: the bit 0 for
// none, 10 and the bits of the window before, or 11, leading zeros (5), length (6, 0 is 64) and the bits.
// Pure.

#include <cstddef>
#include <span>
#include <vector>

#include "common/core/result.h"
#include "scraper/prometheus_tsdb/bit_reader.h"
#include "scraper/prometheus_tsdb/sample.h"

namespace sonde::prometheus_tsdb {

Status read_xor_chunk(std::span<const std::byte> data, std::vector<Sample>& out);

// The bits of an XORed value that may differ from 0; those around them do not.
class ValueWindow {
 public:
  // Reads the lengths of a new window; the reader fails when they make no sense.
  void read(BitReader& bits);
  // Reads what the window holds.
  uint64_t difference(BitReader& bits) const { return bits.bits(length_) << trailing_; }

 private:
  unsigned length_ = 64;
  unsigned trailing_ = 0;
};

}  // namespace sonde::prometheus_tsdb
