#pragma once
// Prometheus writes fixed-width numbers most significant byte first; its varints (Go's encoding/binary) are
// those of io::ByteReader. Sticky, as the reader.

#include <bit>
#include <cstdint>

#include "common/io/byte_reader.h"

namespace sonde::prometheus_tsdb {

inline uint16_t read_be16(io::ByteReader& reader) {
  return __builtin_bswap16(reader.u16());
}
inline uint32_t read_be32(io::ByteReader& reader) {
  return __builtin_bswap32(reader.u32());
}
inline uint64_t read_be64(io::ByteReader& reader) {
  return __builtin_bswap64(reader.u64());
}
inline double read_be_double(io::ByteReader& reader) {
  return std::bit_cast<double>(read_be64(reader));
}

}  // namespace sonde::prometheus_tsdb
