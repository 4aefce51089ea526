#include "scraper/tsdb/chunk_codec.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <numeric>

#include "common/io/byte_writer.h"
#include "scraper/tsdb/bit_packing.h"

namespace sonde::tsdb {
namespace {

enum Mode : uint8_t { kConstant = 0, kLinear = 1, kFrame = 2, kDelta = 3 };
constexpr uint8_t kModeMask = 7;
constexpr uint8_t kHasGcd = 8;
constexpr uint8_t kHasExceptions = 16;
constexpr uint8_t kHasAbsent = 32;

uint64_t minus(int64_t a, int64_t b) {
  return static_cast<uint64_t>(a) - static_cast<uint64_t>(b);
}
int64_t plus(int64_t a, uint64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + b);
}

// What a packed mode will write: base and step, residuals from 0 up, and how wide they are.
struct Plan {
  Mode mode = kFrame;
  int64_t base = 0;
  int64_t step = 0;
  uint64_t gcd = 1;
  unsigned width = 0;
  size_t count = 0;
  size_t exception_count = 0;
  std::array<uint64_t, kChunkRowsMax> residuals;
};

bool is_power_of_two(uint64_t value) {
  return (value & (value - 1)) == 0;
}

// Multiples of pages, sectors and the like are told without a division, which takes ten times as long.
bool is_multiple(uint64_t value, uint64_t divisor) {
  return is_power_of_two(divisor) ? (value & (divisor - 1)) == 0 : value % divisor == 0;
}

// Stops at 1, which most columns reach with their second value.
uint64_t common_divisor(std::span<const uint64_t> residuals) {
  uint64_t gcd = 0;
  for (const uint64_t residual : residuals) {
    if (residual == 0 || (gcd != 0 && is_multiple(residual, gcd))) continue;
    gcd = std::gcd(gcd, residual);
    if (gcd == 1) break;
  }
  return gcd == 0 ? 1 : gcd;
}

void fill_residuals(Plan& plan, std::span<const int64_t> values) {
  if (plan.mode == kFrame) {
    plan.count = values.size();
    for (size_t i = 0; i < values.size(); ++i) plan.residuals[i] = minus(values[i], plan.base);
  } else {
    plan.count = values.size() - 1;
    for (size_t i = 1; i < values.size(); ++i) {
      plan.residuals[i - 1] = minus(values[i], values[i - 1]) - static_cast<uint64_t>(plan.step);
    }
  }
}

void divide_by_gcd(Plan& plan) {
  const std::span residuals(plan.residuals.data(), plan.count);
  plan.gcd = common_divisor(residuals);
  if (plan.gcd <= 1) return;
  if (is_power_of_two(plan.gcd)) {
    const auto shift = static_cast<unsigned>(std::countr_zero(plan.gcd));
    for (uint64_t& residual : residuals) residual >>= shift;
  } else {
    for (uint64_t& residual : residuals) residual /= plan.gcd;
  }
}

// Chooses the width by exact cost: residuals above it become exceptions.
void choose_width(Plan& plan) {
  std::array<uint8_t, 65> count_of_length{};
  unsigned longest = 0;
  for (size_t i = 0; i < plan.count; ++i) {
    const unsigned length = bit_width_of(plan.residuals[i]);
    ++count_of_length[length];
    longest = std::max(longest, length);
  }
  plan.width = longest;
  plan.exception_count = 0;
  size_t best_bytes = packed_bytes(plan.count, longest);
  size_t exceptions = 0;
  for (unsigned width = longest; width-- > 0;) {
    exceptions += count_of_length[width + 1];
    size_t bytes = packed_bytes(plan.count, width) + 1 + 2 * exceptions;  // the least that they take
    if (bytes >= best_bytes) continue;
    for (unsigned length = width + 8; length <= longest; ++length) {
      bytes += count_of_length[length] * ((length - width + 6) / 7 - 1);
    }
    if (bytes >= best_bytes) continue;
    plan.width = width;
    plan.exception_count = exceptions;
    best_bytes = bytes;
  }
}

// A chunk while it is written, so that the string grows once.
class ChunkWriter {
 public:
  void u8(uint8_t value) { *at_++ = value; }
  void varint(uint64_t value) { at_ = io::write_varint(at_, value); }
  void value(Kind kind, int64_t number) {
    if (kind != kKindRaw) return varint(io::zigzag(number));
    std::memcpy(at_, &number, sizeof(number));
    at_ += sizeof(number);
  }
  // One bit per value, set where it is absent.
  void absent(std::span<const uint64_t> present, size_t count) {
    for (size_t at = 0; at < count; at += 8) {
      auto bits = static_cast<uint8_t>(~(present[at / 64] >> (at % 64)));
      if (count - at < 8) bits = static_cast<uint8_t>(bits & ((1U << (count - at)) - 1));
      u8(bits);
    }
  }
  void packed(std::span<const uint64_t> residuals, unsigned width) {
    at_ = reinterpret_cast<uint8_t*>(write_packed(reinterpret_cast<std::byte*>(at_), residuals, width));
  }
  void append_to(std::string& out) const {
    out.append(reinterpret_cast<const char*>(bytes_.data()), static_cast<size_t>(at_ - bytes_.data()));
  }

 private:
  // Exceptions take less than the bits that they save.
  std::array<uint8_t, kChunkBytesMax + 8> bytes_;
  uint8_t* at_ = bytes_.data();
};

bool any_absent(std::span<const uint64_t> present, size_t count) {
  for (size_t word = 0; word * 64 < count && !present.empty(); ++word) {
    const size_t bits = std::min<size_t>(64, count - word * 64);
    const uint64_t all = bits == 64 ? ~0ULL : (1ULL << bits) - 1;
    if ((present[word] & all) != all) return true;
  }
  return false;
}

void write_packed_chunk(ChunkWriter& out, Kind kind, Plan& plan, std::span<const uint64_t> present,
                        uint8_t absent_flag, size_t row_count) {
  if (kind != kKindRaw) divide_by_gcd(plan);
  choose_width(plan);
  const std::span residuals(plan.residuals.data(), plan.count);
  out.u8(static_cast<uint8_t>(plan.mode | (plan.gcd > 1 ? kHasGcd : 0) |
                              (plan.exception_count > 0 ? kHasExceptions : 0) | absent_flag));
  out.u8(kind);
  out.u8(static_cast<uint8_t>(plan.width));
  out.value(kind, plan.base);
  if (plan.mode == kDelta) out.varint(io::zigzag(plan.step));
  if (plan.gcd > 1) out.varint(plan.gcd);
  if (plan.exception_count > 0) {
    out.u8(static_cast<uint8_t>(plan.exception_count));
    for (size_t i = 0; i < residuals.size(); ++i) {
      const uint64_t high = residuals[i] >> plan.width;  // There are none at 64 bits.
      if (high == 0) continue;
      out.u8(static_cast<uint8_t>(i));
      out.varint(high);
    }
  }
  if (absent_flag != 0) out.absent(present, row_count);
  out.packed(residuals, plan.width);
}

// The extremes of the values and of the differences between neighbours.
struct Ranges {
  int64_t min;
  int64_t max;
  int64_t delta_min = INT64_MAX;
  int64_t delta_max = INT64_MIN;
};

Ranges ranges_of(std::span<const int64_t> values) {
  Ranges ranges{values.front(), values.front()};
  for (size_t i = 1; i < values.size(); ++i) {
    const auto delta = static_cast<int64_t>(minus(values[i], values[i - 1]));
    ranges.min = std::min(ranges.min, values[i]);
    ranges.max = std::max(ranges.max, values[i]);
    ranges.delta_min = std::min(ranges.delta_min, delta);
    ranges.delta_max = std::max(ranges.delta_max, delta);
  }
  if (values.size() == 1) ranges.delta_min = ranges.delta_max = 0;
  return ranges;
}

bool read_residuals(io::ByteReader& reader, uint8_t header, std::span<const std::byte>& absent, size_t rows,
                    size_t count, unsigned width, uint64_t* residuals) {
  struct Exception {
    uint8_t position;
    uint64_t high;
  };
  std::array<Exception, kChunkRowsMax> exceptions;
  size_t exception_count = 0;
  if ((header & kHasExceptions) != 0) {
    exception_count = reader.u8();
    if (exception_count > count || width >= 64) return false;
    for (size_t i = 0; i < exception_count; ++i) {
      exceptions[i].position = reader.u8();
      exceptions[i].high = reader.varint();
      if (exceptions[i].position >= count) return false;
    }
  }
  if ((header & kHasAbsent) != 0) absent = reader.bytes((rows + 7) / 8);
  if (reader.left() < packed_bytes(count, width)) return false;
  read_packed({reader.position(), reader.left()}, count, width, residuals);
  for (size_t i = 0; i < exception_count; ++i) {
    residuals[exceptions[i].position] |= exceptions[i].high << width;
  }
  return !reader.failed();
}

void fill_present(std::span<const std::byte> absent, uint64_t* present) {
  std::fill_n(present, kChunkBitmapWords, ~0ULL);
  for (size_t i = 0; i < absent.size(); ++i) {
    present[i / 8] &= ~(static_cast<uint64_t>(absent[i]) << (i % 8 * 8));
  }
}

int64_t read_value(io::ByteReader& reader, Kind kind) {
  return kind == kKindRaw ? reader.i64() : reader.signed_varint();
}

// Integers to doubles; the kind is tested once and not per value.
void convert(Kind kind, const int64_t* scaled, size_t count, double* values) {
  if (kind == 0) {
    for (size_t i = 0; i < count; ++i) values[i] = static_cast<double>(scaled[i]);
  } else if (kind <= kKindQuotientMax) {
    const double divisor = kPowersOfTen[kind];
    for (size_t i = 0; i < count; ++i) values[i] = static_cast<double>(scaled[i]) / divisor;
  } else {
    for (size_t i = 0; i < count; ++i) values[i] = to_double(kind, scaled[i]);
  }
}

}  // namespace

void append_chunk(std::string& out, Kind kind, std::span<const int64_t> values,
                  std::span<const uint64_t> present) {
  const uint8_t absent_flag = any_absent(present, values.size()) ? kHasAbsent : 0;
  const Ranges ranges = ranges_of(values);
  const bool is_constant = ranges.min == ranges.max;
  ChunkWriter chunk;
  if (is_constant || (ranges.delta_min == ranges.delta_max && kind != kKindRaw)) {
    chunk.u8(static_cast<uint8_t>((is_constant ? kConstant : kLinear) | absent_flag));
    chunk.u8(kind);
    chunk.value(kind, values.front());
    if (!is_constant) chunk.varint(io::zigzag(ranges.delta_min));
    if (absent_flag != 0) chunk.absent(present, values.size());
    return chunk.append_to(out);
  }
  Plan plan;
  const unsigned frame_width = bit_width_of(minus(ranges.max, ranges.min));
  const unsigned delta_width = bit_width_of(minus(ranges.delta_max, ranges.delta_min));
  if (kind == kKindRaw || frame_width * values.size() <= delta_width * (values.size() - 1) + 16) {
    plan.mode = kFrame;
    plan.base = ranges.min;
  } else {
    plan.mode = kDelta;
    plan.base = values.front();
    plan.step = ranges.delta_min;
  }
  fill_residuals(plan, values);
  write_packed_chunk(chunk, kind, plan, present, absent_flag, values.size());
  chunk.append_to(out);
}

void append_absent_chunk(std::string& out, size_t row_count) {
  const std::array<int64_t, kChunkRowsMax> values{};
  const std::array<uint64_t, kChunkBitmapWords> present{};
  append_chunk(out, 0, {values.data(), row_count}, present);
}

bool read_chunk(std::span<const std::byte> bytes, size_t count, double* values, uint64_t* present) {
  io::ByteReader reader(bytes);
  const uint8_t header = reader.u8();
  const Kind kind = reader.u8();
  const uint8_t mode = header & kModeMask;
  if (count == 0 || count > kChunkRowsMax || mode > kDelta || !is_kind(kind)) return false;
  const bool is_packed = mode >= kFrame;
  const unsigned width = is_packed ? reader.u8() : 0;
  int64_t base = read_value(reader, kind);
  const int64_t step = mode == kLinear || mode == kDelta ? reader.signed_varint() : 0;
  const uint64_t gcd = (header & kHasGcd) != 0 ? reader.varint() : 1;
  if (width > 64 || reader.failed()) return false;

  std::span<const std::byte> absent;
  std::array<int64_t, kChunkRowsMax> scaled;
  if (!is_packed) {
    if ((header & kHasAbsent) != 0) absent = reader.bytes((count + 7) / 8);
    if (reader.failed()) return false;
    fill_present(absent, present);
    if (mode == kConstant) {
      std::fill_n(values, count, to_double(kind, base));
      return true;
    }
    for (size_t i = 0; i < count; ++i, base = plus(base, static_cast<uint64_t>(step))) scaled[i] = base;
  } else {
    std::array<uint64_t, kChunkRowsMax> residuals;
    const size_t residual_count = mode == kFrame ? count : count - 1;
    if (!read_residuals(reader, header, absent, count, residual_count, width, residuals.data())) return false;
    fill_present(absent, present);
    if (mode == kFrame) {
      for (size_t i = 0; i < count; ++i) scaled[i] = plus(base, gcd * residuals[i]);
    } else {
      scaled[0] = base;
      for (size_t i = 1; i < count; ++i) {
        scaled[i] = plus(scaled[i - 1], static_cast<uint64_t>(step) + gcd * residuals[i - 1]);
      }
    }
  }
  convert(kind, scaled.data(), count, values);
  return true;
}

}  // namespace sonde::tsdb
