#include "common/core/duration.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

#include "common/core/text.h"

namespace sonde {
namespace {

struct Unit {
  std::string_view name;
  int64_t size;
};

constexpr std::array kUnits{
    Unit{"y", 31'536'000'000}, Unit{"w", 604'800'000}, Unit{"d", 86'400'000}, Unit{"h", 3'600'000},
    Unit{"m", 60'000},         Unit{"s", 1'000},       Unit{"ms", 1}};
// The reference holds durations in an int64 of nanoseconds and refuses what does not fit.
constexpr int64_t kMillisecondsMax = std::numeric_limits<int64_t>::max() / 1'000'000;

constexpr std::array kGoUnits{
    Unit{"ns", 1},         Unit{"us", 1'000},        Unit{"µs", 1'000},         Unit{"μs", 1'000},
    Unit{"ms", 1'000'000}, Unit{"s", 1'000'000'000}, Unit{"m", 60'000'000'000}, Unit{"h", 3'600'000'000'000}};

Error bad_duration(std::string_view text, std::string_view why) {
  return Error(ErrorCode::InvalidArgument, "not a valid duration string: " + quoted(text) +
                                               (why.empty() ? "" : " (" + std::string(why) + ")"));
}

size_t count_leading(std::string_view text, bool (*wanted)(char)) {
  size_t length = 0;
  while (length < text.size() && wanted(text[length])) ++length;
  return length;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_unit_letter(char c) {
  return !is_digit(c) && c != '.';
}

struct GoNumber {
  uint64_t whole = 0;
  uint64_t fraction = 0;  // over fraction_scale
  double fraction_scale = 1;
  bool found = false;     // there was at least one digit
  bool overflow = false;  // the whole part is beyond 64 bits
};

// Takes "12", "1.5", ".5" or "5." off the front.
GoNumber take_go_number(std::string_view& rest) {
  GoNumber out;
  size_t digits = count_leading(rest, is_digit);
  out.found = digits > 0;
  if (digits > 0) {
    out.overflow = std::from_chars(rest.data(), rest.data() + digits, out.whole).ec != std::errc{};
    rest.remove_prefix(digits);
  }
  if (!rest.starts_with('.')) return out;
  rest.remove_prefix(1);
  digits = count_leading(rest, is_digit);
  out.found |= digits > 0;
  // What does not fit is less than a nanosecond.
  constexpr uint64_t kFractionMax = (uint64_t{1} << 63) / 10 - 1;
  for (const char c : rest.substr(0, digits)) {
    if (out.fraction > kFractionMax) break;
    out.fraction = out.fraction * 10 + static_cast<uint64_t>(c - '0');
    out.fraction_scale *= 10;
  }
  rest.remove_prefix(digits);
  return out;
}

// "1.5" without trailing zeros, from `value` in units of 1/`scale`.
void append_fraction(std::string& out, uint64_t value, uint64_t scale) {
  out += std::to_string(value / scale);
  uint64_t rest = value % scale;
  if (rest == 0) return;
  out += '.';
  while (rest != 0) {
    scale /= 10;
    out += static_cast<char>('0' + rest / scale);
    rest %= scale;
  }
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  if (text.empty()) return Error(ErrorCode::InvalidArgument, "empty duration string");
  if (text == "0") return std::chrono::milliseconds{0};
  constexpr std::string_view kHelp = "want a form such as 15s, 5m or 1h30m";
  std::string_view rest = text;
  int64_t total = 0;
  size_t next_unit = 0;
  while (!rest.empty()) {
    const size_t digits = count_leading(rest, is_digit);
    int64_t count = 0;
    const auto parsed = std::from_chars(rest.data(), rest.data() + digits, count);
    if (digits == 0) return bad_duration(text, kHelp);
    if (parsed.ec != std::errc{}) return bad_duration(text, "out of range");
    rest.remove_prefix(digits);
    const std::string_view name = rest.substr(0, count_leading(rest, is_unit_letter));
    size_t unit = next_unit;
    while (unit < kUnits.size() && kUnits[unit].name != name) ++unit;
    if (unit == kUnits.size()) return bad_duration(text, kHelp);
    if (count > (kMillisecondsMax - total) / kUnits[unit].size) return bad_duration(text, "out of range");
    total += count * kUnits[unit].size;
    next_unit = unit + 1;
    rest.remove_prefix(name.size());
  }
  return std::chrono::milliseconds{total};
}

std::string write_duration(std::chrono::milliseconds duration) {
  int64_t rest = duration.count();
  if (rest == 0) return "0s";
  std::string out;
  if (rest < 0) {
    out = "-";
    rest = -rest;
  }
  for (size_t i = 0; i < kUnits.size(); ++i) {
    // Years and weeks only when nothing is left over: 90 days are "90d" and not "12w6d".
    const bool exact_only = i < 2;
    if (exact_only && rest % kUnits[i].size != 0) continue;
    const int64_t count = rest / kUnits[i].size;
    if (count == 0) continue;
    out += std::to_string(count);
    out += kUnits[i].name;
    rest -= count * kUnits[i].size;
  }
  return out;
}

Result<std::chrono::nanoseconds> parse_go_duration(std::string_view text) {
  constexpr std::string_view kHelp = "want a form such as 15s, 1.5s or 1m30s";
  // One more below zero than above, as integers have it.
  constexpr uint64_t kNanosecondsMax = uint64_t{1} << 63;
  std::string_view rest = text;
  bool negative = false;
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) {
    negative = rest.front() == '-';
    rest.remove_prefix(1);
  }
  if (rest == "0") return std::chrono::nanoseconds{0};
  if (rest.empty()) return bad_duration(text, kHelp);
  uint64_t total = 0;
  while (!rest.empty()) {
    const GoNumber number = take_go_number(rest);
    if (!number.found) return bad_duration(text, kHelp);
    const std::string_view name = rest.substr(0, count_leading(rest, is_unit_letter));
    const auto unit = std::ranges::find(kGoUnits, name, &Unit::name);
    if (unit == kGoUnits.end()) {
      return bad_duration(text, name.empty() ? "the unit is missing" : "unknown unit " + quoted(name));
    }
    const auto size = static_cast<uint64_t>(unit->size);
    if (number.overflow || number.whole > kNanosecondsMax / size) return bad_duration(text, "out of range");
    uint64_t part = number.whole * size;
    part += static_cast<uint64_t>(static_cast<double>(number.fraction) *
                                  (static_cast<double>(size) / number.fraction_scale));
    if (part > kNanosecondsMax - total) return bad_duration(text, "out of range");
    total += part;
    rest.remove_prefix(name.size());
  }
  if (total == kNanosecondsMax && !negative) return bad_duration(text, "out of range");
  return std::chrono::nanoseconds{static_cast<int64_t>(negative ? 0 - total : total)};
}

std::string write_go_duration(std::chrono::nanoseconds duration) {
  if (duration.count() == 0) return "0s";
  std::string out;
  const bool negative = duration.count() < 0;
  uint64_t ns =
      negative ? 0 - static_cast<uint64_t>(duration.count()) : static_cast<uint64_t>(duration.count());
  if (negative) out = "-";
  if (ns < 1'000'000'000) {
    if (ns < 1'000) return out + std::to_string(ns) + "ns";
    const bool micro = ns < 1'000'000;
    append_fraction(out, ns, micro ? 1'000 : 1'000'000);
    return out + (micro ? "µs" : "ms");
  }
  const uint64_t minutes = ns / 60'000'000'000;
  if (minutes >= 60) out += std::to_string(minutes / 60) + "h";
  if (minutes > 0) out += std::to_string(minutes % 60) + "m";
  append_fraction(out, ns % 60'000'000'000, 1'000'000'000);
  return out + "s";
}

}  // namespace sonde
