#pragma once
// Small files of the configuration (certificates, keys, passwords), read again when they change: a stat per
// use decides. One thread.

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "common/core/result.h"

namespace sonde::http {

class FileCache {
 public:
  // A bundle of every public authority is 220 kB.
  static constexpr size_t kFileBytesMax = 4 << 20;

  // The file's bytes as they are now. The pointer is the same for as long as the file does not change; a
  // request in flight shares it while a newer version takes its place here.
  Result<std::shared_ptr<const std::string>> read(const std::string& path);

 private:
  struct Version {
    int64_t mtime_ns = 0;
    int64_t size_bytes = 0;
    uint64_t inode = 0;
    friend bool operator==(const Version&, const Version&) = default;
  };
  struct Entry {
    Version version;
    std::shared_ptr<const std::string> bytes;
  };
  std::unordered_map<std::string, Entry> entries_;  // As many as the configuration names.
};

}  // namespace sonde::http
