#include "scraper/prometheus_tsdb/xor_chunk.h"

#include <array>
#include <bit>
#include <string>

#include "common/io/byte_reader.h"

namespace sonde::prometheus_tsdb {
namespace {

// Bits of a time's difference of differences, by how many ones come before it.
constexpr std::array<unsigned, 5> kTimeBits{0, 14, 17, 20, 64};

}  // namespace

void ValueWindow::read(BitReader& bits) {
  const auto leading = static_cast<unsigned>(bits.bits(5));
  const auto length = static_cast<unsigned>(bits.bits(6));
  length_ = length == 0 ? 64 : length;
  if (leading + length_ > 64) {
    bits.fail();
    length_ = 64;
    trailing_ = 0;
    return;
  }
  trailing_ = 64 - leading - length_;
}

Status read_xor_chunk(std::span<const std::byte> data, std::vector<Sample>& out) {
  const size_t before = out.size();
  BitReader bits(data);
  const auto count = static_cast<size_t>(bits.bits(16));
  ValueWindow window;
  uint64_t time_ms = 0;
  uint64_t step_ms = 0;
  uint64_t value = 0;
  for (size_t i = 0; i < count && !bits.failed(); ++i) {
    if (i == 0) {
      time_ms = static_cast<uint64_t>(io::unzigzag(bits.varint()));
      value = bits.bits(64);
    } else {
      if (i == 1) {
        step_ms = bits.varint();
      } else if (const unsigned ones = bits.ones(4); ones > 0) {
        step_ms += static_cast<uint64_t>(bits.signed_bits(kTimeBits[ones]));
      }
      time_ms += step_ms;
      if (bits.bit()) {
        if (bits.bit()) window.read(bits);
        value ^= window.difference(bits);
      }
    }
    out.push_back({static_cast<int64_t>(time_ms), std::bit_cast<double>(value)});
  }
  if (!bits.failed()) return Ok{};
  out.resize(before);
  return Error(ErrorCode::Truncated, "the chunk ends before its " + std::to_string(count) + " samples");
}

}  // namespace sonde::prometheus_tsdb
