#include "scraper/prometheus_tsdb/open_files.h"

#include <sys/stat.h>

#include <filesystem>
#include <system_error>

#include "common/core/text.h"
#include "common/io/file_system.h"
#include "scraper/prometheus_tsdb/numbered_files.h"

namespace sonde::prometheus_tsdb {
namespace {

constexpr uint64_t kNameBytesMax = 4096;

// The link of a descriptor says by its permissions how the file was opened.
bool is_for_writing(const std::string& descriptor) {
  struct stat facts {};
  return ::lstat(descriptor.c_str(), &facts) == 0 && (facts.st_mode & S_IWUSR) != 0;
}

bool writes_into(const std::string& process, const std::string& prefix) {
  const auto descriptors = io::real_file_system().list(process + "/fd");
  if (!descriptors) return false;
  for (const std::string& number : *descriptors) {
    const std::string descriptor = path_in(process + "/fd", number);
    std::error_code error;
    const auto target = std::filesystem::read_symlink(descriptor, error);
    if (!error && target.native().starts_with(prefix) && is_for_writing(descriptor)) return true;
  }
  return false;
}

}  // namespace

std::optional<std::string> find_writer(const std::string& folder) {
  std::error_code error;
  const auto canonical = std::filesystem::canonical(folder, error);
  const auto processes = io::real_file_system().list("/proc");
  if (error || !processes) return std::nullopt;
  for (const std::string& number : *processes) {
    const std::string process = path_in("/proc", number);
    if (!parse_number(number) || !writes_into(process, canonical.native() + "/")) continue;
    const auto name = io::read_file(io::real_file_system(), process + "/comm", kNameBytesMax);
    return (name ? std::string(trim(*name)) : "a program") + " (process " + number + ")";
  }
  return std::nullopt;
}

}  // namespace sonde::prometheus_tsdb
