#include "scraper/prometheus_tsdb/chunk_segments.h"

#include "common/io/byte_reader.h"
#include "common/io/crc32c.h"
#include "scraper/prometheus_tsdb/big_endian.h"
#include "scraper/prometheus_tsdb/numbered_files.h"
#include "scraper/prometheus_tsdb/whole_file.h"

namespace sonde::prometheus_tsdb {
namespace {

constexpr uint32_t kMagic = 0x85bd40dd;
constexpr uint8_t kVersion = 1;
constexpr size_t kHeaderBytes = 8;

Status check_header(io::Bytes file) {
  io::ByteReader reader(file);
  const uint32_t magic = read_be32(reader);
  const uint8_t version = reader.u8();
  if (reader.failed() || file.size() < kHeaderBytes)
    return Error(ErrorCode::Truncated, "byte 0: the header is cut");
  if (magic != kMagic) return Error(ErrorCode::Corrupt, "byte 0: not a file of chunks");
  if (version != kVersion)
    return Error(ErrorCode::Unsupported, "byte 4: version " + std::to_string(version) + " is not known");
  return Ok{};
}

}  // namespace

Result<ChunkSegments> ChunkSegments::open(io::FileSystem& files, const std::string& folder) {
  ChunkSegments out;
  out.folder_ = folder;
  const auto names = list_numbered(files, folder);
  if (!names) return names.error();
  for (const NumberedFile& name : *names) {
    auto file = map_whole(files, name.path);
    if (!file) return file.error();
    if (auto good = check_header(file->bytes()); !good) return good.error().in(name.path);
    out.segments_.push_back({name.path, *std::move(file)});
  }
  return out;
}

Result<Chunk> ChunkSegments::chunk(uint64_t reference) const {
  const uint64_t segment = reference >> 32;
  if (segment >= segments_.size())
    return Error(ErrorCode::Corrupt, folder_ + " has no file " + std::to_string(segment + 1));
  auto chunk = read_block_chunk(segments_[segment].file.bytes(), reference & UINT32_MAX);
  if (!chunk) return chunk.error().in(segments_[segment].path);
  return chunk;
}

Result<Chunk> read_block_chunk(io::Bytes file, uint64_t offset) {
  const auto where = [&](const char* what) { return "byte " + std::to_string(offset) + ": " + what; };
  if (offset < kHeaderBytes || offset >= file.size())
    return Error(ErrorCode::Truncated, where("the file ends before this chunk"));
  io::ByteReader reader(file.subspan(offset));
  const uint64_t length = reader.varint();
  if (reader.failed() || length >= reader.left())
    return Error(ErrorCode::Truncated, where("the file ends within this chunk"));
  const io::Bytes content = reader.bytes(length + 1);
  const uint32_t crc = read_be32(reader);
  if (reader.failed()) return Error(ErrorCode::Truncated, where("the file ends within this chunk"));
  if (io::crc32c(content) != crc) return Error(ErrorCode::Corrupt, where("the chunk's checksum is wrong"));
  return Chunk{static_cast<Encoding>(content[0]), content.subspan(1)};
}

}  // namespace sonde::prometheus_tsdb
