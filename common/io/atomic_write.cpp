#include "common/io/atomic_write.h"

#include <utility>

namespace sonde::io {
namespace {

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Result<AtomicFile> AtomicFile::create(FileSystem& files, const std::string& path) {
  auto file = files.create(path + ".tmp");
  if (!file) return file.error();
  return AtomicFile(files, path, *std::move(file));
}

AtomicFile::~AtomicFile() {
  if (file_ == nullptr) return;
  file_.reset();
  (void)files_->remove(temporary_path());  // What is left is removed at the next start.
}

Status AtomicFile::commit() {
  if (auto synced = file_->sync(); !synced) return synced;
  if (auto renamed = files_->rename(temporary_path(), path_); !renamed) return renamed;
  file_.reset();
  return files_->sync_directory(folder_of(path_));
}

Status atomic_write(FileSystem& files, const std::string& path, std::string_view content) {
  auto file = AtomicFile::create(files, path);
  if (!file) return file.error();
  if (auto written = file->file().append(as_bytes(content)); !written) return written;
  return file->commit();
}

}  // namespace sonde::io
