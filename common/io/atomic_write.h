#pragma once
// Replaces a file whole or not at all, also over a power cut: X.tmp, fdatasync, rename, fsync of the folder.

#include <memory>
#include <string>
#include <string_view>

#include "common/core/result.h"
#include "common/io/file_system.h"

namespace sonde::io {

// For content that is at hand.
Status atomic_write(FileSystem& files, const std::string& path, std::string_view content);

// For content that is streamed: append to file(), then commit(). Without commit() the destructor removes
// X.tmp.
class AtomicFile {
 public:
  static Result<AtomicFile> create(FileSystem& files, const std::string& path);
  AtomicFile(AtomicFile&& other) noexcept = default;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();

  WritableFile& file() { return *file_; }
  Status commit();

 private:
  AtomicFile(FileSystem& files, std::string path, std::unique_ptr<WritableFile> file)
      : files_(&files), path_(std::move(path)), file_(std::move(file)) {}
  std::string temporary_path() const { return path_ + ".tmp"; }

  FileSystem* files_;
  std::string path_;
  std::unique_ptr<WritableFile> file_;  // null once committed or moved from
};

}  // namespace sonde::io
