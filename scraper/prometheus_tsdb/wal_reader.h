#pragma once
// A segment of a write-ahead log (tsdb/docs/format/wal.md): pages of 32 KB of fragments, which make up
// records.
//
//   fragment  type u8 (bits 0-2: 0 the page's rest is empty, 1 whole, 2 first, 3 middle, 4 last; bit 3
//   snappy,
//             bit 4 zstd) | length u16 | crc32c u32 of the data | data
//
// A record is compressed as a whole and never goes on in the next segment. What follows damage in a segment
// is not read: where the next record begins cannot be known. The bytes outlive the reader. One thread.

#include <cstdint>
#include <memory>
#include <string>

#include "common/core/result.h"
#include "common/io/file_system.h"

namespace sonde::prometheus_tsdb {

inline constexpr size_t kRecordBytesMax = 512ULL << 20;  // four default segments

class WalReader {
 public:
  explicit WalReader(io::Bytes segment) : segment_(segment) {}

  // The next record, uncompressed; it is good until the next call. False at the end. Damage is an error that
  // names the byte: Truncated for a record that the segment ends in, which a crash leaves.
  Result<bool> next(io::Bytes& record);
  // Of the record that next() gave last.
  size_t record_offset() const { return record_offset_; }

 private:
  struct Fragment {
    uint8_t flags = 0;
    io::Bytes data;
  };
  // False at the segment's end.
  Result<bool> next_fragment(Fragment& fragment);
  // Moves behind the zeros that fill a page.
  Status skip_padding();
  Result<io::Bytes> uncompress(uint8_t flags, io::Bytes data, size_t offset);

  io::Bytes segment_;
  size_t position_ = 0;
  size_t record_offset_ = 0;
  std::string joined_;        // the fragments of a record in several
  std::string uncompressed_;  // the record
};

}  // namespace sonde::prometheus_tsdb
