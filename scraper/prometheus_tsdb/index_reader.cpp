#include "scraper/prometheus_tsdb/index_reader.h"

#include <algorithm>
#include <array>

#include "common/io/byte_reader.h"
#include "common/io/crc32c.h"
#include "scraper/prometheus_tsdb/big_endian.h"
#include "scraper/prometheus_tsdb/sample.h"

namespace sonde::prometheus_tsdb {
namespace {

constexpr uint32_t kMagic = 0xbaaad700;
constexpr uint8_t kFirstFormat = 1;  // refers to symbols and series by their bytes
constexpr uint8_t kNewestFormat = 3;
constexpr size_t kHeaderBytes = 5;
constexpr size_t kSeriesAlignment = 16;
constexpr size_t kChecksumBytes = 4;
constexpr size_t kContentsOffsets = 6;
constexpr size_t kContentsBytes = kContentsOffsets * 8 + kChecksumBytes;

Error at(size_t offset, const std::string& what, ErrorCode code = ErrorCode::Corrupt) {
  return Error(code, "byte " + std::to_string(offset) + ": " + what);
}

void read_label_refs(io::ByteReader& reader, IndexSeries& series) {
  const uint64_t count = reader.varint();
  if (count > reader.left() / 2) return reader.fail();
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t name = reader.varint();
    const uint64_t value = reader.varint();
    if (name > UINT32_MAX || value > UINT32_MAX) return reader.fail();
    series.labels.emplace_back(static_cast<uint32_t>(name), static_cast<uint32_t>(value));
  }
}

void read_chunk_metas(io::ByteReader& reader, IndexSeries& series) {
  const uint64_t count = reader.varint();
  if (count > reader.left() / 3) return reader.fail();
  uint64_t time_ms = 0;
  uint64_t reference = 0;
  for (uint64_t i = 0; i < count; ++i) {
    time_ms += i == 0 ? static_cast<uint64_t>(reader.signed_varint()) : reader.varint();
    const uint64_t time_min_ms = time_ms;
    time_ms += reader.varint();
    reference += i == 0 ? reader.varint() : static_cast<uint64_t>(reader.signed_varint());
    const ChunkMeta meta{static_cast<int64_t>(time_min_ms), static_cast<int64_t>(time_ms), reference};
    if (!is_plausible_time(meta.time_min_ms) || !is_plausible_time(meta.time_max_ms) ||
        meta.time_max_ms < meta.time_min_ms) {
      return reader.fail();
    }
    series.chunks.push_back(meta);
  }
}

}  // namespace

Result<IndexReader> IndexReader::open(io::Bytes file) {
  IndexReader out(file);
  io::ByteReader reader(file);
  const uint32_t magic = read_be32(reader);
  out.version_ = reader.u8();
  if (reader.failed() || file.size() < kHeaderBytes + kContentsBytes)
    return at(file.size(), "the file is cut", ErrorCode::Truncated);
  if (magic != kMagic) return at(0, "not an index");
  if (out.version_ < kFirstFormat || out.version_ > kNewestFormat) {
    return at(4, "index format " + std::to_string(out.version_) + " is not known", ErrorCode::Unsupported);
  }
  if (auto read = out.read_contents(); !read) return read.error();
  return out;
}

Status IndexReader::read_contents() {
  const size_t begin = file_.size() - kContentsBytes;
  io::ByteReader reader(file_.subspan(begin));
  std::array<uint64_t, kContentsOffsets> offsets;  // symbols, series, then what is not read
  for (uint64_t& offset : offsets) offset = read_be64(reader);
  if (read_be32(reader) != io::crc32c(file_.subspan(begin, kContentsBytes - kChecksumBytes)))
    return at(begin, "the checksum of the table of contents is wrong (is the file whole?)");
  for (const uint64_t offset : offsets) {
    if (offset > begin) return at(begin, "the table of contents points behind the file");
  }
  const uint64_t series = offsets[1];
  // The series end where the next section begins; 0 is a section that is not there.
  uint64_t end = begin;
  for (const uint64_t offset : offsets) {
    if (offset > series) end = std::min(end, offset);
  }
  series_begin_ = series;
  series_end_ = series == 0 ? 0 : end;
  if (offsets[0] == 0) return Ok{};
  return read_symbols(offsets[0]);
}

Result<io::Bytes> IndexReader::section(uint64_t offset) const {
  io::ByteReader reader(file_.subspan(offset));
  const uint32_t length = read_be32(reader);
  const io::Bytes content = reader.bytes(length);
  const uint32_t crc = read_be32(reader);
  if (reader.failed()) return at(offset, "the file ends within this section", ErrorCode::Truncated);
  if (io::crc32c(content) != crc) return at(offset, "the section's checksum is wrong");
  return content;
}

Status IndexReader::read_symbols(uint64_t offset) {
  const auto content = section(offset);
  if (!content) return content.error();
  io::ByteReader reader(*content);
  const uint32_t count = read_be32(reader);
  if (reader.failed() || count > reader.left()) return at(offset, "fewer symbols than it says");
  symbols_begin_ = static_cast<size_t>(content->data() - file_.data());
  symbols_end_ = symbols_begin_ + content->size();
  if (version_ == kFirstFormat) return Ok{};
  symbol_offsets_.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    symbol_offsets_.push_back(static_cast<uint32_t>(reader.position() - content->data()));
    (void)reader.sized_text();
  }
  if (reader.failed()) return at(offset, "fewer symbols than it says");
  return Ok{};
}

Result<std::string_view> IndexReader::symbol(uint32_t number) const {
  size_t begin = number;
  if (version_ != kFirstFormat) {
    if (number >= symbol_offsets_.size())
      return Error(ErrorCode::Corrupt, "there is no symbol " + std::to_string(number));
    begin = symbols_begin_ + symbol_offsets_[number];
  }
  if (begin < symbols_begin_ || begin >= symbols_end_)
    return Error(ErrorCode::Corrupt, "there is no symbol at byte " + std::to_string(begin));
  io::ByteReader reader(file_.subspan(begin, symbols_end_ - begin));
  const std::string_view text = reader.sized_text();
  if (reader.failed())
    return Error(ErrorCode::Corrupt, "the symbol at byte " + std::to_string(begin) + " is cut");
  return text;
}

Result<bool> IndexReader::next(size_t& position, IndexSeries& series) const {
  if (version_ != kFirstFormat)
    position = (position + kSeriesAlignment - 1) / kSeriesAlignment * kSeriesAlignment;
  if (position >= series_end_) return false;
  const size_t offset = position;
  io::ByteReader reader(file_.subspan(offset, series_end_ - offset));
  const uint64_t length = reader.varint();
  if (length == 0 && !reader.failed()) {
    // Sections may be padded; a series has two bytes at least.
    const io::Bytes rest = file_.subspan(offset, series_end_ - offset);
    if (!std::ranges::all_of(rest, [](std::byte byte) { return byte == std::byte{0}; }))
      return at(offset, "the series' entry is empty");
    position = series_end_;
    return false;
  }
  if (reader.failed() || length > reader.left())
    return at(offset, "the series' entry is cut", ErrorCode::Truncated);
  const io::Bytes content = reader.bytes(length);
  const uint32_t crc = read_be32(reader);
  if (reader.failed()) return at(offset, "the series' entry is cut", ErrorCode::Truncated);
  if (io::crc32c(content) != crc) return at(offset, "the series' checksum is wrong");

  series.reference = version_ == kFirstFormat ? offset : offset / kSeriesAlignment;
  series.offset = offset;
  series.labels.clear();
  series.chunks.clear();
  io::ByteReader entry(content);
  read_label_refs(entry, series);
  read_chunk_metas(entry, series);
  if (entry.failed()) return at(offset, "the series' entry makes no sense");
  position = static_cast<size_t>(reader.position() - file_.data());
  return true;
}

Result<Labels> IndexReader::labels(const IndexSeries& series) const {
  std::vector<Label> out;
  out.reserve(series.labels.size());
  for (const auto& [name, value] : series.labels) {
    const auto name_text = symbol(name);
    const auto value_text = symbol(value);
    if (!name_text) return at(series.offset, name_text.error().message());
    if (!value_text) return at(series.offset, value_text.error().message());
    out.push_back({std::string(*name_text), std::string(*value_text)});
  }
  return Labels(std::move(out));
}

}  // namespace sonde::prometheus_tsdb
