#include "scraper/prometheus_tsdb/wal_reader.h"

#include <algorithm>

#include "common/io/byte_reader.h"
#include "common/io/crc32c.h"
#include "scraper/prometheus_tsdb/big_endian.h"
#include "scraper/prometheus_tsdb/record_compression.h"

namespace sonde::prometheus_tsdb {
namespace {

constexpr size_t kPageBytes = 32 * 1024;
constexpr size_t kHeaderBytes = 7;
constexpr uint8_t kTypeMask = 7;
constexpr uint8_t kSnappyFlag = 8;
constexpr uint8_t kZstdFlag = 16;

enum FragmentType : uint8_t { kPageEnd = 0, kWhole = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

Error at(size_t offset, const std::string& what, ErrorCode code = ErrorCode::Corrupt) {
  return Error(code, "byte " + std::to_string(offset) + ": " + what);
}

}  // namespace

Status WalReader::skip_padding() {
  const size_t end = std::min(segment_.size(), (position_ / kPageBytes + 1) * kPageBytes);
  const io::Bytes rest = segment_.subspan(position_, end - position_);
  if (!std::ranges::all_of(rest, [](std::byte byte) { return byte == std::byte{0}; }))
    return at(position_, "the page's rest is not empty");
  position_ = end;
  return Ok{};
}

Result<bool> WalReader::next_fragment(Fragment& fragment) {
  for (;;) {
    if (position_ == segment_.size()) return false;
    fragment.flags = static_cast<uint8_t>(segment_[position_]);
    if ((fragment.flags & kTypeMask) != kPageEnd) break;
    if (auto skipped = skip_padding(); !skipped) return skipped.error();
  }
  const size_t offset = position_;
  const size_t page_left = kPageBytes - offset % kPageBytes;
  const bool is_last_page = segment_.size() - offset < page_left;
  io::ByteReader reader(segment_.subspan(offset, std::min(page_left, segment_.size() - offset)));
  (void)reader.u8();
  const uint16_t length = read_be16(reader);
  const uint32_t crc = read_be32(reader);
  fragment.data = reader.bytes(length);
  if (reader.failed()) {
    if (is_last_page && length <= page_left - std::min(page_left, kHeaderBytes))
      return at(offset, "the segment ends within this record", ErrorCode::Truncated);
    return at(offset, "a record's fragment is longer than its page");
  }
  if (io::crc32c(fragment.data) != crc) return at(offset, "the record's checksum is wrong");
  position_ = offset + kHeaderBytes + length;
  return true;
}

Result<bool> WalReader::next(io::Bytes& record) {
  joined_.clear();
  size_t offset = position_;
  for (bool is_within = false;; is_within = true) {
    Fragment fragment;
    const auto more = next_fragment(fragment);
    if (!more) return more.error();
    if (!*more) {
      if (is_within) return at(offset, "the segment ends within this record", ErrorCode::Truncated);
      return false;
    }
    const auto type = static_cast<FragmentType>(fragment.flags & kTypeMask);
    const size_t begin = position_ - kHeaderBytes - fragment.data.size();
    if (!is_within) offset = begin;
    const bool fits = is_within ? type == kMiddle || type == kLast : type == kWhole || type == kFirst;
    if (!fits) return at(begin, "a record's fragment of type " + std::to_string(type) + " is out of place");
    if (joined_.size() + fragment.data.size() > kRecordBytesMax)
      return at(offset, "a record of more than " + std::to_string(kRecordBytesMax) + " bytes",
                ErrorCode::LimitExceeded);
    if (type != kWhole) joined_ += io::as_text(fragment.data);
    if (type == kFirst || type == kMiddle) continue;
    auto content = uncompress(fragment.flags, type == kWhole ? fragment.data : io::as_bytes(joined_), offset);
    if (!content) return content.error();
    record = *content;
    record_offset_ = offset;
    return true;
  }
}

Result<io::Bytes> WalReader::uncompress(uint8_t flags, io::Bytes data, size_t offset) {
  if ((flags & (kSnappyFlag | kZstdFlag)) == 0) return data;
  const auto kind = (flags & kSnappyFlag) != 0 ? RecordCompression::Snappy : RecordCompression::Zstd;
  if (auto done = uncompress_record(kind, data, kRecordBytesMax, uncompressed_); !done)
    return at(offset, done.error().message(), done.error().code());
  return io::as_bytes(uncompressed_);
}

}  // namespace sonde::prometheus_tsdb
