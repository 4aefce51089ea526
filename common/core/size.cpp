#include "common/core/size.h"

#include <array>
#include <charconv>
#include <cmath>

#include "common/core/text.h"

namespace sonde {
namespace {

constexpr std::array<std::string_view, 7> kPrefixes{"", "K", "M", "G", "T", "P", "E"};

Error bad_size(std::string_view text) {
  return Error(ErrorCode::InvalidArgument,
               "not a valid size: " + quoted(text) + " (want a number with a unit, such as 512MB or 1GiB)");
}

}  // namespace

Result<uint64_t> parse_size_bytes(std::string_view text) {
  if (text == "0") return uint64_t{0};
  double count = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), count, std::chars_format::fixed);
  if (error != std::errc{} || count < 0) return bad_size(text);
  std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  for (size_t power = 0; power < kPrefixes.size(); ++power) {
    const std::string prefix(kPrefixes[power]);
    if (unit != prefix + "B" && (power == 0 || unit != prefix + "iB")) continue;
    const double size = std::ldexp(count, static_cast<int>(power * 10));
    if (size >= 0x1p63) return bad_size(text);
    return static_cast<uint64_t>(size);
  }
  return bad_size(text);
}

std::string write_size_bytes(uint64_t size_bytes) {
  if (size_bytes == 0) return "0B";
  size_t power = 0;
  while (power + 1 < kPrefixes.size() && size_bytes % 1024 == 0) {
    size_bytes /= 1024;
    ++power;
  }
  return std::to_string(size_bytes) + std::string(kPrefixes[power]) + (power == 0 ? "B" : "iB");
}

}  // namespace sonde
