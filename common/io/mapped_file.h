#pragma once
// A read-only mapping of a file, unmapped when destroyed. The bytes may change while the file is written by
// others; a file that is cut under a mapping raises SIGBUS at the next touch, so readers check sizes first.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "common/core/result.h"

namespace sonde::io {

class MappedFile {
 public:
  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  // Maps `size_bytes` from the start of the file; more than the file has is allowed, touching it is not.
  static Result<MappedFile> open(const std::string& path, uint64_t size_bytes);

  const std::byte* data() const { return data_; }
  size_t size() const { return size_bytes_; }
  std::span<const std::byte> bytes() const { return {data_, size_bytes_}; }

 private:
  MappedFile(const std::byte* data, size_t size_bytes) : data_(data), size_bytes_(size_bytes) {}

  const std::byte* data_ = nullptr;
  size_t size_bytes_ = 0;
};

}  // namespace sonde::io
