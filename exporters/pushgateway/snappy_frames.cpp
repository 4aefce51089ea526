#include "exporters/pushgateway/snappy_frames.h"

#include <snappy.h>

#include "common/io/byte_reader.h"
#include "common/io/crc32c.h"
#include "common/io/file_system.h"

namespace sonde::pushgateway {
namespace {

// A chunk is: kind u8 | length u24 | data; the first is the identifier.
constexpr uint8_t kCompressed = 0x00;
constexpr uint8_t kPlain = 0x01;
constexpr uint8_t kSkippableFirst = 0x80;  // from here on a reader passes over what it does not know
constexpr uint8_t kIdentifier = 0xff;
constexpr std::string_view kIdentifierText = "sNaPpY";
constexpr size_t kChunkBytesMax = 65536;  // decoded

Error corrupt(std::string_view what) {
  return Error(ErrorCode::Corrupt, "snappy: " + std::string(what));
}

uint32_t mask_crc(uint32_t crc) {
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
}

// Decodes one chunk's data behind its checksum into `piece`.
bool decode_chunk(uint8_t kind, std::string_view data, std::string& piece) {
  if (kind == kPlain) {
    piece = data;
    return piece.size() <= kChunkBytesMax;
  }
  size_t size = 0;
  return ::snappy::GetUncompressedLength(data.data(), data.size(), &size) && size <= kChunkBytesMax &&
         ::snappy::Uncompress(data.data(), data.size(), &piece);
}

}  // namespace

Result<std::string> decode_snappy_frames(std::string_view frames, size_t bytes_max) {
  io::ByteReader reader(io::as_bytes(frames));
  std::string out;
  std::string piece;
  bool identified = false;
  while (!reader.at_end()) {
    const uint32_t head = reader.u32();
    const auto kind = static_cast<uint8_t>(head & 0xff);
    std::string_view data = reader.text(head >> 8);
    if (reader.failed()) return corrupt("a chunk is cut short");
    if (!identified && kind != kIdentifier) return corrupt("the stream identifier is missing");
    if (kind == kIdentifier) {
      if (data != kIdentifierText) return corrupt("wrong stream identifier");
      identified = true;
      continue;
    }
    if (kind >= kSkippableFirst) continue;
    if (kind != kCompressed && kind != kPlain) return corrupt("unknown kind of chunk");
    io::ByteReader chunk(io::as_bytes(data));
    const uint32_t crc = chunk.u32();
    if (chunk.failed()) return corrupt("a chunk without its checksum");
    data.remove_prefix(sizeof(crc));
    if (!decode_chunk(kind, data, piece)) return corrupt("a chunk cannot be decoded");
    if (mask_crc(io::crc32c(io::as_bytes(piece))) != crc) return corrupt("checksum mismatch");
    if (out.size() + piece.size() > bytes_max) {
      return Error(ErrorCode::LimitExceeded,
                   "snappy: more than " + std::to_string(bytes_max) + " bytes decoded");
    }
    out += piece;
  }
  return out;
}

}  // namespace sonde::pushgateway
