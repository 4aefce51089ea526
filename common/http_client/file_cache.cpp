#include "common/http_client/file_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sonde::http {
namespace {

Error system_error(const std::string& path, int error) {
  const ErrorCode code = error == ENOENT   ? ErrorCode::NotFound
                         : error == EACCES ? ErrorCode::PermissionDenied
                                           : ErrorCode::Io;
  return Error(code, "cannot read " + path + ": " + std::strerror(error));
}

Result<std::string> read_whole(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return system_error(path, errno);
  std::string bytes;
  while (bytes.size() <= FileCache::kFileBytesMax) {
    char buffer[16384];
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const int error = errno;
      ::close(fd);
      return system_error(path, error);
    }
    if (got == 0) {
      ::close(fd);
      return bytes;
    }
    bytes.append(buffer, static_cast<size_t>(got));
  }
  ::close(fd);
  return Error(ErrorCode::LimitExceeded, "cannot read " + path + ": larger than 4 MiB");
}

}  // namespace

Result<std::shared_ptr<const std::string>> FileCache::read(const std::string& path) {
  struct stat now {};
  if (::stat(path.c_str(), &now) != 0) return system_error(path, errno);
  const Version version{.mtime_ns = int64_t{now.st_mtim.tv_sec} * 1'000'000'000 + now.st_mtim.tv_nsec,
                        .size_bytes = now.st_size,
                        .inode = now.st_ino};
  Entry& entry = entries_[path];
  if (entry.bytes && entry.version == version) return entry.bytes;
  auto bytes = read_whole(path);
  if (!bytes) return bytes.error();
  if (!entry.bytes || *entry.bytes != *bytes)
    entry.bytes = std::make_shared<const std::string>(std::move(*bytes));
  entry.version = version;
  return entry.bytes;
}

}  // namespace sonde::http
