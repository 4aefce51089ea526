#include "common/exposition/protobuf_wire.h"

namespace sonde::exposition {
namespace {

constexpr uint64_t kFieldMax = (1u << 29) - 1;
constexpr size_t kVarintBytesMax = 10;

uint64_t read_little_endian(std::string_view text, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = bytes; i > 0; --i) value = value << 8 | static_cast<unsigned char>(text[i - 1]);
  return value;
}

}  // namespace

bool WireReader::next() {
  if (failed_ || rest_.empty()) return false;
  bytes_ = {};
  number_ = 0;
  uint64_t key = 0;
  failed_ = !take_varint(rest_, key) || (key >> 3) == 0 || (key >> 3) > kFieldMax;
  if (failed_) return false;
  field_ = static_cast<uint32_t>(key >> 3);
  type_ = static_cast<WireType>(key & 7);
  size_t fixed = 0;
  switch (type_) {
    case WireType::Varint:
      failed_ = !take_varint(rest_, number_);
      return !failed_;
    case WireType::Bytes: {
      uint64_t size = 0;
      failed_ = !take_varint(rest_, size) || size > rest_.size();
      if (failed_) return false;
      bytes_ = rest_.substr(0, size);
      rest_.remove_prefix(size);
      return true;
    }
    case WireType::Fixed64:
      fixed = 8;
      break;
    case WireType::Fixed32:
      fixed = 4;
      break;
  }
  // Groups are long out of use and not in these messages.
  failed_ = fixed == 0 || rest_.size() < fixed;
  if (failed_) return false;
  number_ = read_little_endian(rest_, fixed);
  rest_.remove_prefix(fixed);
  return true;
}

bool take_varint(std::string_view& text, uint64_t& value) {
  value = 0;
  for (size_t i = 0; i < text.size() && i < kVarintBytesMax; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (i == kVarintBytesMax - 1 && byte > 1) return false;
    value |= uint64_t{byte & 0x7Fu} << (7 * i);
    if (byte < 0x80) {
      text.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

void append_varint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void append_varint_field(std::string& out, uint32_t field, uint64_t value) {
  append_varint(out, uint64_t{field} << 3 | static_cast<uint64_t>(WireType::Varint));
  append_varint(out, value);
}

void append_fixed64_field(std::string& out, uint32_t field, double value) {
  append_varint(out, uint64_t{field} << 3 | static_cast<uint64_t>(WireType::Fixed64));
  auto bits = std::bit_cast<uint64_t>(value);
  for (int i = 0; i < 8; ++i, bits >>= 8) out += static_cast<char>(bits & 0xFF);
}

void append_bytes_field(std::string& out, uint32_t field, std::string_view value) {
  append_varint(out, uint64_t{field} << 3 | static_cast<uint64_t>(WireType::Bytes));
  append_varint(out, value.size());
  out += value;
}

}  // namespace sonde::exposition
