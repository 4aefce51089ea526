#pragma once
// Reads little-endian fields from bytes that may be cut or damaged. Sticky: read all fields, then ask
// failed() once; what a read returned after a failure is 0 or empty. Never reads outside its bytes. Views
// point into them.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

namespace sonde::io {

static_assert(std::endian::native == std::endian::little, "the formats are little-endian and read in place");

// 0, -1, 1, -2, … as 0, 1, 2, 3, …, so that small numbers of either sign take few bytes.
inline uint64_t zigzag(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}
inline int64_t unzigzag(uint64_t value) {
  return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
}

class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  uint8_t u8() { return fixed<uint8_t>(); }
  uint16_t u16() { return fixed<uint16_t>(); }
  uint32_t u32() { return fixed<uint32_t>(); }
  uint64_t u64() { return fixed<uint64_t>(); }
  int64_t i64() { return static_cast<int64_t>(fixed<uint64_t>()); }

  // LEB128, at most 10 bytes; anything longer fails.
  uint64_t varint() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && at_ != end_; shift += 7) {
      const auto byte = static_cast<uint8_t>(*at_++);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    fail();
    return 0;
  }
  int64_t signed_varint() { return unzigzag(varint()); }

  std::span<const std::byte> bytes(size_t count) {
    if (count > left()) {
      fail();
      return {};
    }
    const std::span<const std::byte> out(at_, count);
    at_ += count;
    return out;
  }
  std::string_view text(size_t count) {
    const auto out = bytes(count);
    return {reinterpret_cast<const char*>(out.data()), out.size()};
  }
  // A length as a varint, then that many bytes.
  std::string_view sized_text() { return text(static_cast<size_t>(varint())); }

  size_t left() const { return static_cast<size_t>(end_ - at_); }
  bool at_end() const { return at_ == end_; }
  bool failed() const { return failed_; }
  const std::byte* position() const { return at_; }
  void fail() {
    failed_ = true;
    at_ = end_;
  }

 private:
  template <class T>
  T fixed() {
    T value{};
    if (sizeof(T) > left()) {
      fail();
      return value;
    }
    std::memcpy(&value, at_, sizeof(T));
    at_ += sizeof(T);
    return value;
  }

  const std::byte* at_;
  const std::byte* end_;
  bool failed_ = false;
};

}  // namespace sonde::io
