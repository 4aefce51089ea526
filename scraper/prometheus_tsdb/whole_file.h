#pragma once
// A file mapped whole, for reading only.

#include <string>

#include "common/core/result.h"
#include "common/io/file_system.h"

namespace sonde::prometheus_tsdb {

// NotFound when it is not there. The file must not be cut while it is mapped: the folder's lock is held, or
// it is a snapshot, whose files do not change.
inline Result<io::MappedFile> map_whole(io::FileSystem& files, const std::string& path) {
  auto file = files.open_read(path);
  if (!file) return file.error();
  return files.map(path, (*file)->size());
}

}  // namespace sonde::prometheus_tsdb
