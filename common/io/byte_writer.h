#pragma once
// Appends little-endian fields to a string; the counterpart of ByteReader. A string is used because it grows,
// moves and compares well; it holds bytes, not text.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "common/io/byte_reader.h"

namespace sonde::io {

template <class T>
void append_fixed(std::string& out, T value) {
  static_assert(std::is_trivially_copyable_v<T>);
  char raw[sizeof(T)];
  std::memcpy(raw, &value, sizeof(T));
  out.append(raw, sizeof(T));
}

inline void append_u8(std::string& out, uint8_t value) {
  out.push_back(static_cast<char>(value));
}
inline void append_u16(std::string& out, uint16_t value) {
  append_fixed(out, value);
}
inline void append_u32(std::string& out, uint32_t value) {
  append_fixed(out, value);
}
inline void append_u64(std::string& out, uint64_t value) {
  append_fixed(out, value);
}
inline void append_i64(std::string& out, int64_t value) {
  append_fixed(out, value);
}

// Writes a varint at `at`, which has room for kVarintBytesMax, and returns the byte after it.
inline constexpr size_t kVarintBytesMax = 10;
inline uint8_t* write_varint(uint8_t* at, uint64_t value) {
  while (value >= 0x80) {
    *at++ = static_cast<uint8_t>(value | 0x80);
    value >>= 7;
  }
  *at++ = static_cast<uint8_t>(value);
  return at;
}

inline void append_varint(std::string& out, uint64_t value) {
  uint8_t raw[kVarintBytesMax];
  const uint8_t* end = write_varint(raw, value);
  out.append(reinterpret_cast<const char*>(raw), static_cast<size_t>(end - raw));
}
inline void append_signed_varint(std::string& out, int64_t value) {
  append_varint(out, zigzag(value));
}

inline void append_sized_text(std::string& out, std::string_view text) {
  append_varint(out, text.size());
  out += text;
}

}  // namespace sonde::io
