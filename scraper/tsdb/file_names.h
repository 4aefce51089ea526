#pragma once
// The only place that spells a path of the data folder.
//
//   LOCK  MANIFEST  TOMBSTONES  log/00000001  head/00000001  blocks/<min>-<max>-<number>.block
//   snapshots/<time>-<number>/   a folder like this one

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace sonde::tsdb {

inline std::string numbered_name(uint64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < 8) digits.insert(0, 8 - digits.size(), '0');
  return digits;
}
inline std::optional<uint64_t> parse_numbered_name(std::string_view name) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size() || name.size() < 8) return std::nullopt;
  return number;
}

inline constexpr std::string_view kBlockSuffix = ".block";
inline constexpr std::string_view kTemporarySuffix = ".tmp";

struct FileNames {
  std::string folder;

  std::string lock() const { return folder + "/LOCK"; }
  std::string manifest() const { return folder + "/MANIFEST"; }
  std::string tombstones() const { return folder + "/TOMBSTONES"; }
  std::string snapshots() const { return folder + "/snapshots"; }
  std::string logs() const { return folder + "/log"; }
  std::string log(uint64_t number) const { return logs() + "/" + numbered_name(number); }
  std::string head() const { return folder + "/head"; }
  std::string head_file(uint64_t number) const { return head() + "/" + numbered_name(number); }
  std::string blocks() const { return folder + "/blocks"; }
  std::string block(std::string_view name) const { return blocks() + "/" + std::string(name); }
};

}  // namespace sonde::tsdb
