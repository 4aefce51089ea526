#include "common/yaml/scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "common/core/number_text.h"

namespace sonde::yaml {
namespace {

constexpr std::array<std::string_view, 11> kTrue{"y",    "Y",    "yes", "Yes", "YES", "true",
                                                 "True", "TRUE", "on",  "On",  "ON"};
constexpr std::array<std::string_view, 11> kFalse{"n",     "N",     "no",  "No",  "NO", "false",
                                                  "False", "FALSE", "off", "Off", "OFF"};
constexpr std::array<std::string_view, 6> kInfinity{".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"};
constexpr std::array<std::string_view, 3> kMinusInfinity{"-.inf", "-.Inf", "-.INF"};
constexpr std::array<std::string_view, 3> kNotANumber{".nan", ".NaN", ".NAN"};

bool among(const auto& names, std::string_view text) {
  return std::find(names.begin(), names.end(), text) != names.end();
}

// An integer as sign and magnitude, so that both halves of the 64 bits are reached.
struct Magnitude {
  bool negative = false;
  uint64_t value = 0;
};

std::optional<Magnitude> parse_magnitude(std::string_view text) {
  std::string digits;
  digits.reserve(text.size());
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits), [](char c) { return c != '_'; });
  Magnitude out;
  std::string_view rest = digits;
  if (rest.starts_with('-') || rest.starts_with('+')) {
    out.negative = rest.front() == '-';
    rest.remove_prefix(1);
  }
  int base = 10;
  const auto has_prefix = [&rest](char lower) {
    return rest.size() > 2 && rest[0] == '0' && (rest[1] | 0x20) == lower;
  };
  if (has_prefix('x')) {
    base = 16;
  } else if (has_prefix('b')) {
    base = 2;
  } else if (has_prefix('o')) {
    base = 8;
  }
  if (base != 10) {
    rest.remove_prefix(2);
  } else if (rest.size() > 1 && rest.front() == '0') {
    base = 8;
  }
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), out.value, base);
  if (error != std::errc{} || end != rest.data() + rest.size()) return std::nullopt;
  return out;
}

// Go's yaml.v2: an optional sign, digits with at most one point, an optional exponent; nothing like "Inf" or
// "1_0".
std::optional<double> parse_float(std::string_view text) {
  const bool has_digit = std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  const bool in_alphabet = text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
  if (!has_digit || !in_alphabet) return std::nullopt;
  return parse_number(text);
}

std::optional<double> parse_special(std::string_view text) {
  if (among(kInfinity, text)) return std::numeric_limits<double>::infinity();
  if (among(kMinusInfinity, text)) return -std::numeric_limits<double>::infinity();
  if (among(kNotANumber, text)) return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

constexpr double kTwoTo63 = 9223372036854775808.0;

}  // namespace

bool is_null_text(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

std::optional<bool> to_boolean(const Node& node) {
  if (node.kind != NodeKind::Scalar || !node.plain) return std::nullopt;
  if (among(kTrue, node.text)) return true;
  if (among(kFalse, node.text)) return false;
  return std::nullopt;
}

std::optional<int64_t> to_integer(const Node& node) {
  if (node.kind != NodeKind::Scalar || !node.plain) return std::nullopt;
  if (const auto magnitude = parse_magnitude(node.text)) {
    const uint64_t limit = uint64_t{1} << 63;
    if (magnitude->negative && magnitude->value <= limit) return static_cast<int64_t>(~magnitude->value + 1);
    if (!magnitude->negative && magnitude->value < limit) return static_cast<int64_t>(magnitude->value);
    return std::nullopt;
  }
  const auto number = parse_float(node.text);
  if (!number || !(*number >= -kTwoTo63 && *number < kTwoTo63)) return std::nullopt;
  return static_cast<int64_t>(*number);
}

std::optional<uint64_t> to_unsigned(const Node& node) {
  if (node.kind != NodeKind::Scalar || !node.plain) return std::nullopt;
  if (const auto magnitude = parse_magnitude(node.text)) {
    if (magnitude->negative && magnitude->value != 0) return std::nullopt;
    return magnitude->value;
  }
  const auto number = parse_float(node.text);
  if (!number || !(*number >= 0 && *number < 2 * kTwoTo63)) return std::nullopt;
  return static_cast<uint64_t>(*number);
}

std::optional<double> to_number(const Node& node) {
  if (node.kind != NodeKind::Scalar || !node.plain) return std::nullopt;
  if (const auto special = parse_special(node.text)) return special;
  if (const auto magnitude = parse_magnitude(node.text)) {
    const auto value = static_cast<double>(magnitude->value);
    return magnitude->negative ? -value : value;
  }
  return parse_float(node.text);
}

bool needs_quotes(std::string_view text) {
  if (is_null_text(text) || text == "<<") return true;
  Node node;
  node.kind = NodeKind::Scalar;
  node.text = text;
  return to_boolean(node) || to_number(node);
}

}  // namespace sonde::yaml
