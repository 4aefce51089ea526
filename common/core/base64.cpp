#include "common/core/base64.h"

#include <cstdint>

namespace sonde {
namespace {

constexpr std::string_view kSharedDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

// The digits that the two alphabets do not share.
struct LastDigits {
  char digit_62;
  char digit_63;
};
constexpr LastDigits kStandard{'+', '/'};
constexpr LastDigits kUrlSafe{'-', '_'};

int digit_of(char c, LastDigits last) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == last.digit_62) return 62;
  if (c == last.digit_63) return 63;
  return -1;
}

// `digits` is without padding.
std::optional<std::string> decode(std::string_view digits, LastDigits last) {
  if (digits.size() % 4 == 1) return std::nullopt;  // Six bits are no byte.
  std::string out;
  out.reserve(digits.size() / 4 * 3 + 2);
  uint32_t bits = 0;
  int bit_count = 0;
  for (const char c : digits) {
    const int digit = digit_of(c, last);
    if (digit < 0) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    bit_count += 6;
    if (bit_count < 8) continue;
    bit_count -= 8;
    out += static_cast<char>(bits >> bit_count & 0xFF);
  }
  return out;
}

char digit_of(uint32_t value, LastDigits last) {
  if (value == 62) return last.digit_62;
  return value == 63 ? last.digit_63 : kSharedDigits[value];
}

// Without padding.
std::string encode(std::string_view bytes, LastDigits last) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<uint8_t>(bytes[i + k]) : 0U);
    }
    for (size_t k = 0; k < 4 && i + k <= bytes.size(); ++k) out += digit_of(group >> (18 - 6 * k) & 63, last);
  }
  return out;
}

}  // namespace

std::string encode_base64(std::string_view bytes) {
  std::string out = encode(bytes, kStandard);
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

std::string encode_base64url(std::string_view bytes) {
  return encode(bytes, kUrlSafe);
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return decode(text, kStandard);
}

std::optional<std::string> decode_base64url(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  return decode(text, kUrlSafe);
}

}  // namespace sonde
