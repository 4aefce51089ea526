#pragma once
// Bits of a chunk, most significant first. Sticky: read on, then ask failed() once; what is read behind the
// end is 0. Never reads outside its bytes.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace sonde::prometheus_tsdb {

class BitReader {
 public:
  explicit BitReader(std::span<const std::byte> bytes) : bytes_(bytes), bits_left_(bytes.size() * 8) {}

  bool bit() { return bits(1) != 0; }

  // Up to 64.
  uint64_t bits(unsigned count) {
    if (count > bits_left_) {
      fail();
      return 0;
    }
    uint64_t value = 0;
    for (unsigned wanted = count; wanted > 0;) {
      const size_t at = bytes_.size() * 8 - bits_left_;
      const unsigned here = std::min(wanted, 8 - static_cast<unsigned>(at % 8));
      const auto byte = static_cast<uint8_t>(bytes_[at / 8]);
      value = (value << here) | ((byte >> (8 - at % 8 - here)) & ((1U << here) - 1));
      bits_left_ -= here;
      wanted -= here;
    }
    return value;
  }

  // How many bits are 1 before the first 0, at most `count_max`; the 0 is passed over, too.
  unsigned ones(unsigned count_max) {
    unsigned count = 0;
    while (count < count_max && bit()) ++count;
    return count;
  }

  // A two's complement number of `count` bits; the smallest one is taken as positive, as Prometheus does.
  int64_t signed_bits(unsigned count) {
    uint64_t value = bits(count);
    if (count < 64 && value > (1ULL << (count - 1))) value -= 1ULL << count;
    return static_cast<int64_t>(value);
  }

  // LEB128, not aligned to bytes; at most 10 of them.
  uint64_t varint() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const uint64_t byte = bits(8);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    fail();
    return 0;
  }

  bool failed() const { return failed_; }
  void fail() {
    failed_ = true;
    bits_left_ = 0;
  }

 private:
  std::span<const std::byte> bytes_;
  size_t bits_left_;
  bool failed_ = false;
};

}  // namespace sonde::prometheus_tsdb
