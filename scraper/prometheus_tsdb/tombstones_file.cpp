#include "scraper/prometheus_tsdb/tombstones_file.h"

#include <algorithm>

#include "common/io/byte_reader.h"
#include "common/io/crc32c.h"
#include "scraper/prometheus_tsdb/big_endian.h"

namespace sonde::prometheus_tsdb {
namespace {

constexpr uint32_t kMagic = 0x0130ba30;
constexpr uint8_t kVersion = 1;
constexpr size_t kHeaderBytes = 5;
constexpr size_t kChecksumBytes = 4;

}  // namespace

void DeletedIntervals::add(uint64_t series, int64_t time_min_ms, int64_t time_max_ms) {
  intervals_[series].push_back({time_min_ms, time_max_ms});
}

size_t DeletedIntervals::remove_from(uint64_t series, std::vector<Sample>& samples, size_t begin) const {
  const auto found = intervals_.find(series);
  if (found == intervals_.end()) return 0;
  const size_t before = samples.size();
  const auto is_deleted = [&](const Sample& sample) {
    return std::ranges::any_of(found->second, [&](const Interval& interval) {
      return sample.time_ms >= interval.time_min_ms && sample.time_ms <= interval.time_max_ms;
    });
  };
  samples.erase(std::remove_if(samples.begin() + static_cast<ptrdiff_t>(begin), samples.end(), is_deleted),
                samples.end());
  return before - samples.size();
}

Result<DeletedIntervals> read_tombstones(io::Bytes file) {
  if (file.size() < kHeaderBytes + kChecksumBytes)
    return Error(ErrorCode::Truncated, "byte " + std::to_string(file.size()) + ": the file is cut");
  io::ByteReader header(file);
  if (read_be32(header) != kMagic) return Error(ErrorCode::Corrupt, "byte 0: not a file of tombstones");
  if (const uint8_t version = header.u8(); version != kVersion)
    return Error(ErrorCode::Unsupported, "byte 4: version " + std::to_string(version) + " is not known");
  const io::Bytes content = file.subspan(kHeaderBytes, file.size() - kHeaderBytes - kChecksumBytes);
  io::ByteReader checksum(file.subspan(file.size() - kChecksumBytes));
  if (io::crc32c(content) != read_be32(checksum))
    return Error(ErrorCode::Corrupt, "byte 5: the checksum of the tombstones is wrong");
  DeletedIntervals out;
  io::ByteReader reader(content);
  while (!reader.at_end()) {
    const size_t offset = kHeaderBytes + content.size() - reader.left();
    const uint64_t series = reader.varint();
    const int64_t time_min_ms = reader.signed_varint();
    const int64_t time_max_ms = reader.signed_varint();
    if (reader.failed())
      return Error(ErrorCode::Truncated, "byte " + std::to_string(offset) + ": the tombstone is cut");
    out.add(series, time_min_ms, time_max_ms);
  }
  return out;
}

}  // namespace sonde::prometheus_tsdb
