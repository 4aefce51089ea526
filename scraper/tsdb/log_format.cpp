#include "scraper/tsdb/log_format.h"

#include <algorithm>
#include <string_view>

#include "common/io/byte_writer.h"
#include "common/io/crc32c.h"
#include "common/io/file_system.h"

namespace sonde::tsdb {

void append_log_header(std::string& out, LogHeader header) {
  io::append_u32(out, kLogMagic);
  io::append_u8(out, header.version);
  out.append(3, '\0');
  io::append_u64(out, header.number);
}

Result<LogHeader> read_log_header(std::span<const std::byte> file) {
  io::ByteReader reader(file);
  const uint32_t magic = reader.u32();
  LogHeader header;
  header.version = reader.u8();
  reader.bytes(3);
  header.number = reader.u64();
  if (reader.failed()) return Error(ErrorCode::Truncated, "log header is cut");
  if (magic != kLogMagic) return Error(ErrorCode::Corrupt, "not a log: bad magic");
  if (header.version != kLogVersion) {
    return Error(ErrorCode::Unsupported, "log version " + std::to_string(header.version) + " is not known");
  }
  return header;
}

void append_batch(std::string& out, uint64_t& position, std::string_view batch) {
  bool is_first = true;
  do {
    size_t room = kLogPageBytes - position % kLogPageBytes;
    if (room <= kFragmentHeaderBytes) {
      out.append(room, '\0');
      position += room;
      room = kLogPageBytes;
    }
    const std::string_view data = batch.substr(0, std::min(batch.size(), room - kFragmentHeaderBytes));
    batch.remove_prefix(data.size());
    const bool is_last = batch.empty();
    const FragmentKind kind = is_first ? (is_last ? FragmentKind::Whole : FragmentKind::First)
                                       : (is_last ? FragmentKind::Last : FragmentKind::Middle);
    std::string checked;
    io::append_u8(checked, static_cast<uint8_t>(kind));
    io::append_u16(out, static_cast<uint16_t>(data.size()));
    io::append_u8(out, static_cast<uint8_t>(kind));
    io::append_u32(out, io::crc32c(io::as_bytes(data), io::crc32c(io::as_bytes(checked))));
    out += data;
    position += kFragmentHeaderBytes + data.size();
    is_first = false;
  } while (!batch.empty());
}

}  // namespace sonde::tsdb
