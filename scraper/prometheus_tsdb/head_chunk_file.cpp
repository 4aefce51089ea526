#include "scraper/prometheus_tsdb/head_chunk_file.h"

#include <algorithm>
#include <string>

#include "common/io/byte_reader.h"
#include "common/io/crc32c.h"
#include "scraper/prometheus_tsdb/big_endian.h"

namespace sonde::prometheus_tsdb {
namespace {

constexpr uint32_t kMagic = 0x0130bc91;
constexpr uint8_t kVersion = 1;
constexpr size_t kHeaderBytes = 8;
constexpr uint8_t kOutOfOrderFlag = 0x80;

Error at(size_t offset, const std::string& what, ErrorCode code = ErrorCode::Corrupt) {
  return Error(code, "byte " + std::to_string(offset) + ": " + what);
}

}  // namespace

Status HeadChunkReader::check_header() {
  io::ByteReader reader(file_);
  const uint32_t magic = read_be32(reader);
  const uint8_t version = reader.u8();
  if (reader.failed() || file_.size() < kHeaderBytes) return at(0, "the header is cut", ErrorCode::Truncated);
  if (magic != kMagic) return at(0, "not a file of head chunks");
  if (version != kVersion)
    return at(4, "version " + std::to_string(version) + " is not known", ErrorCode::Unsupported);
  position_ = kHeaderBytes;
  return Ok{};
}

Result<bool> HeadChunkReader::next(HeadChunk& out) {
  if (position_ == 0) {
    // A server that was killed leaves an empty one.
    if (file_.empty()) return false;
    if (auto good = check_header(); !good) return good.error();
  }
  const io::Bytes rest = file_.subspan(position_);
  io::ByteReader reader(rest);
  out.series = read_be64(reader);
  const uint64_t time_min_ms = read_be64(reader);
  const uint64_t time_max_ms = read_be64(reader);
  if (reader.failed() || (out.series == 0 && time_min_ms == 0 && time_max_ms == 0)) {
    if (std::all_of(rest.begin(), reader.failed() ? rest.end() : rest.begin() + 24,
                    [](std::byte byte) { return byte == std::byte{0}; })) {
      return false;
    }
    return at(position_, "the file ends within this chunk", ErrorCode::Truncated);
  }
  const uint8_t encoding = reader.u8();
  const uint64_t length = reader.varint();
  const io::Bytes data = reader.bytes(length);
  const auto covered = static_cast<size_t>(reader.position() - rest.data());
  const uint32_t crc = read_be32(reader);
  if (reader.failed()) return at(position_, "the file ends within this chunk", ErrorCode::Truncated);
  if (io::crc32c(rest.first(covered)) != crc) return at(position_, "the chunk's checksum is wrong");
  out.time_min_ms = static_cast<int64_t>(time_min_ms);
  out.time_max_ms = static_cast<int64_t>(time_max_ms);
  if (!is_plausible_time(out.time_min_ms) || !is_plausible_time(out.time_max_ms))
    return at(position_, "the chunk's times make no sense");
  out.is_out_of_order = (encoding & kOutOfOrderFlag) != 0;
  out.chunk = {static_cast<Encoding>(encoding & ~kOutOfOrderFlag), data};
  position_ += covered + 4;
  return true;
}

}  // namespace sonde::prometheus_tsdb
