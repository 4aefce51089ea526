#include "common/core/number_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>

#include "common/core/text.h"

namespace sonde {
namespace {

// Longest text of a float64 in plain notation: 2^-1074 has 1,074 decimals and a sign.
constexpr size_t kPlainBytesMax = 1100;
constexpr size_t kShortBytesMax = 32;
// Go's 'g' takes an exponent from 1e6 on ("1e+06"), its API form from 1e21 on.
constexpr size_t kExpositionDigitsMax = 6;
constexpr size_t kApiDigitsMax = 21;
constexpr double kExactIntegerMax = 0x1p53;

bool append_special(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
  } else {
    return false;
  }
  return true;
}

// Most values of a page are whole or have a few decimals. A decimal of at most 15 digits that reads back to
// the value is the shortest one that does, because no two such decimals are the same float64. Writes `value`
// that way when its whole part has at most `whole_digits_max` digits; false when it is none of these.
bool append_decimal(std::string& out, double value, size_t whole_digits_max) {
  constexpr double kScales[] = {1, 1e3, 1e6, 1e9};
  constexpr double kScaledMax = 1e15;
  const double size = std::fabs(value);
  if (!(size >= 1e-4 || size == 0) || !(size < kScaledMax)) return false;
  size_t decimals = 0;
  uint64_t digits = 0;
  for (const double scale : kScales) {
    const double scaled = size * scale;
    if (scaled >= kScaledMax) return false;
    // The comparison finds a wrong rounding.
    digits = static_cast<uint64_t>(scaled + 0.5);  // NOLINT(bugprone-incorrect-roundings)
    if (static_cast<double>(digits) / scale == size) break;
    if (scale == kScales[3]) return false;
    decimals += 3;
  }
  char buffer[kShortBytesMax];
  char* const end = buffer + sizeof buffer;
  char* at = end;
  for (; decimals > 0 && digits % 10 == 0; --decimals) digits /= 10;
  for (size_t i = 0; i < decimals; ++i, digits /= 10) *--at = static_cast<char>('0' + digits % 10);
  if (decimals > 0) *--at = '.';
  const char* const whole_end = at;
  do {
    *--at = static_cast<char>('0' + digits % 10);
    digits /= 10;
  } while (digits != 0);
  if (static_cast<size_t>(whole_end - at) > whole_digits_max) return false;
  if (std::signbit(value)) *--at = '-';
  out.append(at, end);
  return true;
}

// The same for whole nanoseconds below a tenth of a millisecond, which have an exponent: "3.2145e-05".
bool append_nanoseconds(std::string& out, double seconds) {
  constexpr int kDecimals = 9;
  if (!(seconds >= 1e-9 && seconds < 1e-4)) return false;
  auto digits = static_cast<uint64_t>(std::llround(seconds * 1e9));
  if (static_cast<double>(digits) / 1e9 != seconds) return false;
  char buffer[kShortBytesMax];
  char* const end = buffer + sizeof buffer;
  char* at = end;
  int exponent = -kDecimals;
  for (; digits % 10 == 0; digits /= 10) ++exponent;
  for (; digits >= 10; digits /= 10, ++exponent) *--at = static_cast<char>('0' + digits % 10);
  if (at != end) *--at = '.';
  *--at = static_cast<char>('0' + digits);
  out.append(at, end);
  out += "e-0";
  out += static_cast<char>('0' - exponent);
  return true;
}

// Where the number starts after an optional sign; words are handled apart, so that "nan(x)" is refused.
std::optional<double> parse_word(std::string_view text, bool negative, bool is_signed) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  if (equals_ignoring_case(text, "inf") || equals_ignoring_case(text, "infinity"))
    return negative ? -kInf : kInf;
  // As in Go, NaN takes no sign.
  if (!is_signed && equals_ignoring_case(text, "nan")) return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

// About the decimal exponent of a well-formed number that is far from 1: "123" has 3, "0.001" -2.
int64_t decimal_magnitude(std::string_view text) {
  const size_t e = text.find_first_of("eE");
  const Cut parts = cut(text.substr(0, e), '.');
  const std::string_view whole =
      parts.before.substr(std::min(parts.before.find_first_not_of('0'), parts.before.size()));
  int64_t magnitude = static_cast<int64_t>(whole.size());
  if (whole.empty())
    magnitude -= static_cast<int64_t>(std::min(parts.after.find_first_not_of('0'), parts.after.size()));
  if (e == std::string_view::npos) return magnitude;
  std::string_view exponent = text.substr(e + 1);
  const bool negative = exponent.starts_with('-');
  if (negative || exponent.starts_with('+')) exponent.remove_prefix(1);
  // One that does not even fit decides alone.
  int64_t value = 0;
  if (std::from_chars(exponent.data(), exponent.data() + exponent.size(), value).ec != std::errc{}) {
    return negative ? -1 : 1;
  }
  constexpr int64_t kExponentMax = 1'000'000'000;
  value = std::min(value, kExponentMax);
  return magnitude + (negative ? -value : value);
}

template <class T>
std::optional<T> parse_whole(std::string_view text) {
  T value = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || at != end) return std::nullopt;
  return value;
}

}  // namespace

void append_number_exposition(std::string& out, double value) {
  if (append_decimal(out, value, kExpositionDigitsMax) || append_nanoseconds(out, value)) return;
  if (append_special(out, value)) return;
  char buffer[kShortBytesMax];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general).ptr;
  out.append(buffer, end);
}

void append_number_api(std::string& out, double value) {
  if (append_decimal(out, value, kApiDigitsMax)) return;
  const double size = std::fabs(value);
  if (size != 0 && (size < 1e-6 || size >= 1e21) && std::isfinite(value)) {
    char buffer[kShortBytesMax];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
    out.append(buffer, end);
    return;
  }
  append_number_plain(out, value);
}

void append_number_plain(std::string& out, double value) {
  if (append_special(out, value)) return;
  char buffer[kPlainBytesMax];
  if (std::fabs(value) < kExactIntegerMax) {
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed).ptr;
    out.append(buffer, end);
    return;
  }
  // Above 2^53 Go fills the shortest digits up with zeros, where to_chars gives the exact integer.
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  const std::string_view text(buffer, static_cast<size_t>(end - buffer));
  const size_t e = text.find('e');
  int exponent = 0;
  std::from_chars(buffer + e + 2, end, exponent);  // It is positive: "e+16".
  const size_t point = text.find('.');
  const size_t decimals = point == std::string_view::npos ? 0 : e - point - 1;
  out += text.substr(0, std::min(point, e));
  if (decimals > 0) out += text.substr(point + 1, decimals);
  out.append(static_cast<size_t>(exponent) - decimals, '0');
}

void append_integer(std::string& out, int64_t value) {
  char buffer[kShortBytesMax];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

void append_unsigned(std::string& out, uint64_t value) {
  char buffer[kShortBytesMax];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

// After W. D. Clinger, "How to read floating point numbers accurately": digits below 2^53 and a power of ten
// up to 22 are both exact, so that their product or quotient is rounded once, as it should be.
const char* scan_decimal(const char* begin, const char* end, double& value) {
  constexpr double kPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  constexpr int kPowerMax = 22;
  constexpr std::ptrdiff_t kDigitsMax = 19;  // more may not fit 64 bits
  constexpr uint64_t kExactMax = uint64_t{1} << 53;
  const auto is_digit = [&](const char* at) { return at != end && *at >= '0' && *at <= '9'; };
  uint64_t digits = 0;
  const char* at = begin;
  for (; is_digit(at); ++at) digits = digits * 10 + static_cast<uint64_t>(*at - '0');
  std::ptrdiff_t count = at - begin;
  int power = 0;
  if (at != end && *at == '.') {
    const char* const fraction = ++at;
    for (; is_digit(at); ++at) digits = digits * 10 + static_cast<uint64_t>(*at - '0');
    count += at - fraction;
    power = count > kDigitsMax ? 0 : static_cast<int>(fraction - at);
  }
  if (count == 0 || count > kDigitsMax) return nullptr;
  if (at != end && (*at == 'e' || *at == 'E')) {
    if (++at == end) return nullptr;
    const bool negative = *at == '-';
    if (negative || *at == '+') ++at;
    const char* const exponent_begin = at;
    int exponent = 0;
    // Three digits are more than any power that is exact.
    for (; is_digit(at) && at - exponent_begin < 3; ++at) exponent = exponent * 10 + (*at - '0');
    if (at == exponent_begin || is_digit(at)) return nullptr;
    power += negative ? -exponent : exponent;
  }
  if (power == 0) {
    value = static_cast<double>(digits);
    return at;
  }
  if (digits > kExactMax || power > kPowerMax || power < -kPowerMax) return nullptr;
  value = power > 0 ? static_cast<double>(digits) * kPowers[power]
                    : static_cast<double>(digits) / kPowers[-power];
  return at;
}

std::optional<double> parse_number(std::string_view text) {
  bool negative = false;
  std::string_view digits = text;
  if (!digits.empty() && (digits.front() == '+' || digits.front() == '-')) {
    negative = digits.front() == '-';
    digits.remove_prefix(1);
  }
  if (digits.empty()) return std::nullopt;
  const char first = digits.front();
  if (!(first >= '0' && first <= '9') && first != '.')
    return parse_word(digits, negative, digits.size() != text.size());

  double value = 0;
  const char* end = digits.data() + digits.size();
  if (scan_decimal(digits.data(), end, value) == end) return negative ? -value : value;
  const auto [at, error] = std::from_chars(digits.data(), end, value);
  if (at != end) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    // from_chars leaves the value alone: too small is 0 as in Go, too large is an error.
    if (decimal_magnitude(digits) > 0) return std::nullopt;
    return negative ? -0.0 : 0.0;
  }
  if (error != std::errc{}) return std::nullopt;
  return negative ? -value : value;
}

std::optional<int64_t> parse_integer(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  return parse_whole<int64_t>(text);
}

std::optional<uint64_t> parse_unsigned(std::string_view text) {
  return parse_whole<uint64_t>(text);
}

}  // namespace sonde
