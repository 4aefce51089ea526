#include "common/core/size.h"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "common/core/text.h"

namespace sonde {
namespace {

constexpr std::array<std::string_view, 7> kPrefixes{"", "K", "M", "G", "T", "P", "E"};

Error bad_size(std::string_view text) {
  return Error(ErrorCode::InvalidArgument,
               "not a valid size: " + quoted(text) + " (want a number with a unit, such as 512MB or 1GiB)");
}

// The binary logarithm of "KB" or "KiB" and so on.
std::optional<int> power_of(std::string_view unit) {
  for (size_t i = 0; i < kPrefixes.size(); ++i) {
    std::string_view rest = unit;
    if (!rest.starts_with(kPrefixes[i])) continue;
    rest.remove_prefix(kPrefixes[i].size());
    if (rest == "B" || (i > 0 && rest == "iB")) return static_cast<int>(10 * i);
  }
  return std::nullopt;
}

}  // namespace

Result<uint64_t> parse_size_bytes(std::string_view text) {
  if (text == "0") return uint64_t{0};
  constexpr double kSizeMax = 0x1p63;
  std::string_view rest = text;
  if (rest.starts_with('+')) rest.remove_prefix(1);
  if (rest.empty()) return bad_size(text);
  double total = 0;
  while (!rest.empty()) {
    const bool is_number = (rest.front() >= '0' && rest.front() <= '9') || rest.front() == '.';
    double count = 0;
    const auto [end, error] =
        std::from_chars(rest.data(), rest.data() + rest.size(), count, std::chars_format::fixed);
    if (!is_number || error != std::errc{}) return bad_size(text);
    rest.remove_prefix(static_cast<size_t>(end - rest.data()));
    const std::string_view unit = rest.substr(0, rest.find_first_of("0123456789."));
    const auto power = power_of(unit);
    if (!power) return bad_size(text);
    total += std::ldexp(count, *power);
    if (!(total < kSizeMax)) return bad_size(text);
    rest.remove_prefix(unit.size());
  }
  return static_cast<uint64_t>(total);
}

std::string write_size_bytes(uint64_t size_bytes) {
  if (size_bytes == 0) return "0B";
  std::string out;
  for (size_t power = 0; power < kPrefixes.size() && size_bytes > 0; ++power, size_bytes /= 1024) {
    const uint64_t count = power + 1 == kPrefixes.size() ? size_bytes : size_bytes % 1024;
    if (count == 0) continue;
    out.insert(0, std::to_string(count) + std::string(kPrefixes[power]) + (power == 0 ? "B" : "iB"));
  }
  return out;
}

}  // namespace sonde
