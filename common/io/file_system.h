#pragma once
// Files as a dependency: the database does all its I/O through a FileSystem, so that tests can fail the n-th
// write, fill the disk or forget what was not synced. Errors carry the path and the system's words; a full
// disk is LimitExceeded. Implementations are safe for any thread; a file belongs to one thread at a time.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "common/io/mapped_file.h"

namespace sonde::io {

using Bytes = std::span<const std::byte>;

inline Bytes as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}
inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A file being written, at its end only. Closed by its destructor, which does not sync.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  // Writes all of it. After a failure some of it may be in the file: `size()` says how much there is.
  virtual Status append(Bytes data) = 0;
  // fdatasync.
  virtual Status sync() = 0;
  // Bytes in the file.
  virtual uint64_t size() const = 0;
  // Cuts the file; the next append goes to its new end.
  virtual Status truncate(uint64_t size_bytes) = 0;
};

// A file read at any offset, by any thread; a pipe only once, in order, by one thread.
class ReadableFile {
 public:
  virtual ~ReadableFile() = default;
  // Reads up to `buffer.size()` bytes; fewer only at the end of the file.
  virtual Result<size_t> read(uint64_t offset, std::span<std::byte> buffer) const = 0;
  // Bytes when it was opened; 0 for a pipe.
  virtual uint64_t size() const = 0;
};

// Held until destroyed.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual Result<std::unique_ptr<WritableFile>> create(
      const std::string& path) = 0;  // empties an existing one
  virtual Result<std::unique_ptr<WritableFile>> open_append(
      const std::string& path) = 0;  // makes a missing one
  virtual Result<std::unique_ptr<ReadableFile>> open_read(const std::string& path) = 0;
  // Maps `size_bytes` from the start for reading; more than the file has is allowed (it may grow), touching
  // it is not.
  virtual Result<MappedFile> map(const std::string& path, uint64_t size_bytes) = 0;

  virtual Status make_directories(const std::string& path) = 0;
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  virtual Status remove(const std::string& path) = 0;  // NotFound when it is not there
  // Gives a file that does not change any more a second name; a copy where the disk has no hard links.
  virtual Status link(const std::string& from, const std::string& to) = 0;
  // Bytes of the whole disk that the path is on.
  virtual Result<uint64_t> capacity_bytes(const std::string& path) = 0;
  virtual Status sync_directory(const std::string& path) = 0;
  // Names of the entries, sorted, without "." and "..".
  virtual Result<std::vector<std::string>> list(const std::string& path) = 0;
  virtual bool exists(const std::string& path) = 0;

  // Takes the lock or fails with AlreadyExists and the text that the holder wrote.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path, std::string_view holder) = 0;
};

// The real one; lives as long as the process.
FileSystem& real_file_system();

// The whole file or pipe until its end, or LimitExceeded when it is larger.
Result<std::string> read_file(FileSystem& files, const std::string& path, uint64_t size_bytes_max);

}  // namespace sonde::io
