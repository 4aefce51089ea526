#include "common/core/number_text.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "common/core/text.h"

namespace sonde {
namespace {

// Longest text of a float64 in plain notation: 2^-1074 has 1,074 decimals and a sign.
constexpr size_t kPlainBytesMax = 1100;
constexpr size_t kShortBytesMax = 32;

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

bool is_exact_small_integer(double value) {
  return value > -1e15 && value < 1e15 && value == static_cast<double>(static_cast<int64_t>(value)) &&
         !(value == 0 && std::signbit(value));
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
  // Go's 'g' switches to an exponent at 21 digits for shortest output, not at the precision.
  if (is_exact_small_integer(value) && value > -1e6 && value < 1e6) {
    append_integer(out, static_cast<int64_t>(value));
    return;
  }
  if (append_special(out, value)) return;
  char buffer[kShortBytesMax];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general).ptr;
  out.append(buffer, end);
}

void append_number_api(std::string& out, double value) {
  if (is_exact_small_integer(value)) {
    append_integer(out, static_cast<int64_t>(value));
    return;
  }
  if (append_special(out, value)) return;
  const double size = std::fabs(value);
  char buffer[kShortBytesMax];
  const bool exponent = size != 0 && (size < 1e-6 || size >= 1e21);
  const auto format = exponent ? std::chars_format::scientific : std::chars_format::fixed;
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, format).ptr;
  out.append(buffer, end);
}

void append_number_plain(std::string& out, double value) {
  if (append_special(out, value)) return;
  char buffer[kPlainBytesMax];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed).ptr;
  out.append(buffer, end);
}

void append_integer(std::string& out, int64_t value) {
  char buffer[kShortBytesMax];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

void append_unsigned(std::string& out, uint64_t value) {
  char buffer[kShortBytesMax];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
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
  const auto [at, error] = std::from_chars(digits.data(), end, value);
  if (at != end) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    // from_chars leaves the value alone: too small is 0 as in Go, too large is an error.
    const size_t exponent = digits.find_first_of("eE");
    const bool tiny = exponent != std::string_view::npos ? digits.substr(exponent + 1).starts_with('-')
                                                         : first == '0' || first == '.';
    if (!tiny) return std::nullopt;
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
