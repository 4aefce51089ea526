#include "scraper/prometheus_tsdb/xor2_chunk.h"

#include <array>
#include <bit>
#include <string>

#include "common/io/byte_reader.h"
#include "scraper/prometheus_tsdb/bit_reader.h"
#include "scraper/prometheus_tsdb/xor_chunk.h"

namespace sonde::prometheus_tsdb {
namespace {

constexpr uint64_t kStaleBits = 0x7ff0000000000002;
// Bits of a number, by how many ones come before it ("varbit", tsdb/chunkenc/varbit.go).
constexpr std::array<unsigned, 9> kVarbitBits{0, 3, 6, 9, 12, 18, 25, 56, 64};

class Xor2Reader {
 public:
  explicit Xor2Reader(std::span<const std::byte> data) : bits_(data) {
    count_ = static_cast<size_t>(bits_.bits(16));
    has_first_start_ = bits_.bit();
    starts_from_ = static_cast<size_t>(bits_.bits(7));
  }

  size_t count() const { return count_; }
  bool failed() const { return bits_.failed(); }

  Sample next(size_t index) {
    if (index == 0) {
      time_ms_ = static_cast<uint64_t>(io::unzigzag(bits_.varint()));
      take(bits_.bits(64));
      if (has_first_start_) (void)bits_.varint();
    } else {
      if (index == 1) {
        step_ms_ = bits_.varint();
        read_value();
      } else {
        read_joint();
      }
      time_ms_ += step_ms_;
      if (starts_from_ > 0 && index >= starts_from_) skip_varbit();
    }
    return {static_cast<int64_t>(time_ms_), std::bit_cast<double>(value_)};
  }

 private:
  // A stale marker does not become what the next value differs from.
  void take(uint64_t value) {
    value_ = value;
    if (value != kStaleBits) base_ = value;
  }

  void read_joint() {
    switch (bits_.ones(5)) {
      case 0:
        value_ = base_;
        return;
      case 1:
        if (bits_.bit()) window_.read(bits_);
        take(base_ ^ window_.difference(bits_));
        return;
      case 2:
        return read_step_and_value(13);
      case 3:
        return read_step_and_value(20);
      case 4:
        return read_step_and_value(64);
      default:
        value_ = kStaleBits;
    }
  }

  void read_step_and_value(unsigned width) {
    uint64_t change = bits_.bits(width);
    // Here the smallest number is negative, other than in XOR.
    if (width < 64 && change >= 1ULL << (width - 1)) change -= 1ULL << width;
    step_ms_ += change;
    read_value();
  }

  void read_value() {
    switch (bits_.ones(3)) {
      case 0:
        value_ = base_;
        return;
      case 1:
        return take(base_ ^ window_.difference(bits_));
      case 2:
        window_.read(bits_);
        return take(base_ ^ window_.difference(bits_));
      default:
        value_ = kStaleBits;
    }
  }

  void skip_varbit() {
    const unsigned ones = bits_.ones(8);
    if (ones > 0) (void)bits_.bits(kVarbitBits[ones]);
  }

  BitReader bits_;
  ValueWindow window_;
  size_t count_ = 0;
  bool has_first_start_ = false;
  size_t starts_from_ = 0;
  uint64_t time_ms_ = 0;
  uint64_t step_ms_ = 0;
  uint64_t value_ = 0;
  uint64_t base_ = 0;
};

}  // namespace

Status read_xor2_chunk(std::span<const std::byte> data, std::vector<Sample>& out) {
  const size_t before = out.size();
  Xor2Reader reader(data);
  for (size_t i = 0; i < reader.count() && !reader.failed(); ++i) out.push_back(reader.next(i));
  if (!reader.failed()) return Ok{};
  out.resize(before);
  return Error(ErrorCode::Truncated,
               "the chunk ends before its " + std::to_string(reader.count()) + " samples");
}

}  // namespace sonde::prometheus_tsdb
