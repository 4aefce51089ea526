#include "scraper/prometheus_tsdb/numbered_files.h"

#include <algorithm>
#include <charconv>

namespace sonde::prometheus_tsdb {

std::string path_in(std::string_view folder, std::string_view name) {
  std::string out(folder);
  out += '/';
  out += name;
  return out;
}

std::optional<uint64_t> parse_number(std::string_view name) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

Result<std::vector<NumberedFile>> list_numbered(io::FileSystem& files, const std::string& folder) {
  std::vector<NumberedFile> out;
  if (!files.exists(folder)) return out;
  const auto names = files.list(folder);
  if (!names) return names.error();
  for (const std::string& name : *names) {
    if (const auto number = parse_number(name)) out.push_back({*number, path_in(folder, name)});
  }
  std::ranges::sort(out, {}, &NumberedFile::number);
  return out;
}

}  // namespace sonde::prometheus_tsdb
