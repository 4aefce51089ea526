#include "scraper/tsdb/chunk_codec.h"

#include <algorithm>
#include <array>
#include <bit>
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
  std::array<uint64_t, kChunkRowsMax> residuals;
};

// Stops at 1, which most columns reach with their second value.
uint64_t common_divisor(std::span<const uint64_t> residuals) {
  uint64_t gcd = 0;
  for (const uint64_t residual : residuals) {
    if (residual == 0 || (gcd != 0 && residual % gcd == 0)) continue;
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
  for (uint64_t& residual : residuals) residual /= plan.gcd;
}

// Chooses the width by exact cost: residuals above it become exceptions.
unsigned best_width(const Plan& plan) {
  std::array<unsigned, 65> count_of_length{};
  unsigned longest = 0;
  for (size_t i = 0; i < plan.count; ++i) {
    const unsigned length = bit_width_of(plan.residuals[i]);
    ++count_of_length[length];
    longest = std::max(longest, length);
  }
  unsigned best = longest;
  size_t best_bytes = packed_bytes(plan.count, longest);
  for (unsigned width = longest; width-- > 0;) {
    size_t bytes = packed_bytes(plan.count, width) + 1;
    for (unsigned length = width + 1; length <= longest; ++length) {
      bytes += count_of_length[length] * (1 + (length - width + 6) / 7);
    }
    if (bytes < best_bytes) {
      best = width;
      best_bytes = bytes;
    }
  }
  return best;
}

void append_value(std::string& out, Kind kind, int64_t value) {
  if (kind == kKindRaw) {
    io::append_i64(out, value);
  } else {
    io::append_signed_varint(out, value);
  }
}

void append_absent(std::string& out, std::span<const uint64_t> present, size_t count) {
  for (size_t at = 0; at < count; at += 8) {
    auto absent = static_cast<uint8_t>(~(present[at / 64] >> (at % 64)));
    if (count - at < 8) absent = static_cast<uint8_t>(absent & ((1U << (count - at)) - 1));
    io::append_u8(out, absent);
  }
}

bool any_absent(std::span<const uint64_t> present, size_t count) {
  for (size_t word = 0; word * 64 < count && !present.empty(); ++word) {
    const size_t bits = std::min<size_t>(64, count - word * 64);
    const uint64_t all = bits == 64 ? ~0ULL : (1ULL << bits) - 1;
    if ((present[word] & all) != all) return true;
  }
  return false;
}

void append_packed_chunk(std::string& out, Kind kind, Plan& plan, std::span<const uint64_t> present,
                         uint8_t absent_flag, size_t row_count) {
  if (kind != kKindRaw) divide_by_gcd(plan);
  plan.width = best_width(plan);
  const std::span residuals(plan.residuals.data(), plan.count);
  const auto is_exception = [&](uint64_t residual) { return bit_width_of(residual) > plan.width; };
  const auto exceptions = std::ranges::count_if(residuals, is_exception);
  io::append_u8(out, static_cast<uint8_t>(plan.mode | (plan.gcd > 1 ? kHasGcd : 0) |
                                          (exceptions > 0 ? kHasExceptions : 0) | absent_flag));
  io::append_u8(out, kind);
  io::append_u8(out, static_cast<uint8_t>(plan.width));
  append_value(out, kind, plan.base);
  if (plan.mode == kDelta) io::append_signed_varint(out, plan.step);
  if (plan.gcd > 1) io::append_varint(out, plan.gcd);
  if (exceptions > 0) {
    io::append_u8(out, static_cast<uint8_t>(exceptions));
    for (size_t i = 0; i < residuals.size(); ++i) {
      if (!is_exception(residuals[i])) continue;
      io::append_u8(out, static_cast<uint8_t>(i));
      io::append_varint(out, residuals[i] >> plan.width);
    }
  }
  if (absent_flag != 0) append_absent(out, present, row_count);
  append_packed(out, residuals, plan.width);
}

struct Range {
  int64_t min;
  int64_t max;
};

Range range_of_values(std::span<const int64_t> values) {
  const auto [min, max] = std::ranges::minmax(values);
  return {min, max};
}

Range range_of_deltas(std::span<const int64_t> values) {
  Range range{INT64_MAX, INT64_MIN};
  for (size_t i = 1; i < values.size(); ++i) {
    const auto delta = static_cast<int64_t>(minus(values[i], values[i - 1]));
    range.min = std::min(range.min, delta);
    range.max = std::max(range.max, delta);
  }
  return range;
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
  const Range range = range_of_values(values);
  const Range deltas = values.size() > 1 ? range_of_deltas(values) : Range{0, 0};
  const bool is_constant = range.min == range.max;
  if (is_constant || (deltas.min == deltas.max && kind != kKindRaw)) {
    io::append_u8(out, static_cast<uint8_t>((is_constant ? kConstant : kLinear) | absent_flag));
    io::append_u8(out, kind);
    append_value(out, kind, values.front());
    if (!is_constant) io::append_signed_varint(out, deltas.min);
    if (absent_flag != 0) append_absent(out, present, values.size());
    return;
  }
  Plan plan;
  const unsigned frame_width = bit_width_of(minus(range.max, range.min));
  const unsigned delta_width = bit_width_of(minus(deltas.max, deltas.min));
  if (kind == kKindRaw || frame_width * values.size() <= delta_width * (values.size() - 1) + 16) {
    plan.mode = kFrame;
    plan.base = range.min;
  } else {
    plan.mode = kDelta;
    plan.base = values.front();
    plan.step = deltas.min;
  }
  fill_residuals(plan, values);
  append_packed_chunk(out, kind, plan, present, absent_flag, values.size());
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
