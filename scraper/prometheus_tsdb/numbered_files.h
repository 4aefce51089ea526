#pragma once
// Prometheus numbers its files: 000001, 000002, …, seven digits after 999999. Everything else in such a
// folder is passed over.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "common/io/file_system.h"

namespace sonde::prometheus_tsdb {

struct NumberedFile {
  uint64_t number = 0;
  std::string path;
};

// "FOLDER/NAME".
std::string path_in(std::string_view folder, std::string_view name);

// Ascending by number; no files when there is no such folder.
Result<std::vector<NumberedFile>> list_numbered(io::FileSystem& files, const std::string& folder);

// Of decimal digits only.
std::optional<uint64_t> parse_number(std::string_view name);

}  // namespace sonde::prometheus_tsdb
