#include "scraper/tsdb/times_codec.h"

#include <algorithm>
#include <array>

#include "common/io/byte_writer.h"
#include "scraper/tsdb/bit_packing.h"
#include "scraper/tsdb/chunk_codec.h"

namespace sonde::tsdb {

void append_times(std::string& out, std::span<const int64_t> times_ms) {
  const auto first = static_cast<uint64_t>(times_ms.front());
  const uint64_t span = static_cast<uint64_t>(times_ms.back()) - first;
  const uint64_t gaps = std::max<uint64_t>(1, times_ms.size() - 1);
  const uint64_t step = span / gaps + (span % gaps * 2 >= gaps ? 1 : 0);  // rounded
  std::array<uint64_t, kChunkRowsMax> residuals;
  int64_t smallest = INT64_MAX;
  int64_t largest = INT64_MIN;
  for (size_t i = 0; i < times_ms.size(); ++i) {
    residuals[i] = static_cast<uint64_t>(times_ms[i]) - (first + step * i);
    smallest = std::min(smallest, static_cast<int64_t>(residuals[i]));
    largest = std::max(largest, static_cast<int64_t>(residuals[i]));
  }
  const unsigned width = bit_width_of(static_cast<uint64_t>(largest) - static_cast<uint64_t>(smallest));
  for (size_t i = 0; i < times_ms.size(); ++i) residuals[i] -= static_cast<uint64_t>(smallest);
  io::append_i64(out, times_ms.front());
  io::append_varint(out, step);
  io::append_signed_varint(out, smallest);
  io::append_u8(out, static_cast<uint8_t>(width));
  std::array<std::byte, 8 * kChunkRowsMax + 8> packed;
  const std::byte* const end = write_packed(packed.data(), {residuals.data(), times_ms.size()}, width);
  out.append(reinterpret_cast<const char*>(packed.data()), static_cast<size_t>(end - packed.data()));
}

bool read_times(std::span<const std::byte> bytes, size_t count, int64_t* times_ms) {
  io::ByteReader reader(bytes);
  const uint64_t first = reader.u64();
  const uint64_t step = reader.varint();
  const auto smallest = static_cast<uint64_t>(reader.signed_varint());
  const unsigned width = reader.u8();
  if (reader.failed() || width > 64 || count > kChunkRowsMax || reader.left() < packed_bytes(count, width)) {
    return false;
  }
  std::array<uint64_t, kChunkRowsMax> residuals;
  read_packed({reader.position(), reader.left()}, count, width, residuals.data());
  for (size_t i = 0; i < count; ++i) {
    times_ms[i] = static_cast<int64_t>(first + step * i + smallest + residuals[i]);
  }
  return true;
}

}  // namespace sonde::tsdb
