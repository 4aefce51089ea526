#include "common/io/file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "common/core/text.h"

namespace sonde::io {
namespace {

constexpr uint64_t kStreamStepBytes = 16 * 1024;
constexpr size_t kCopyStepBytes = 1 << 20;

ErrorCode code_of(int error_number) {
  switch (error_number) {
    case ENOENT:
      return ErrorCode::NotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::PermissionDenied;
    case EEXIST:
      return ErrorCode::AlreadyExists;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return ErrorCode::LimitExceeded;
    default:
      return ErrorCode::Io;
  }
}

Error system_error(const char* what, const std::string& path) {
  const int error_number = errno;
  return {code_of(error_number),
          std::string("cannot ") + what + " " + path + ": " + std::strerror(error_number)};
}

// Owns a descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

class RealWritableFile final : public WritableFile {
 public:
  RealWritableFile(std::string path, Descriptor fd, uint64_t size)
      : path_(std::move(path)), fd_(std::move(fd)), size_(size) {}

  Status append(Bytes data) override {
    while (!data.empty()) {
      const ssize_t written = ::pwrite(fd_.get(), data.data(), data.size(), static_cast<off_t>(size_));
      if (written < 0) {
        if (errno == EINTR) continue;
        return system_error("write", path_);
      }
      size_ += static_cast<uint64_t>(written);
      data = data.subspan(static_cast<size_t>(written));
    }
    return Ok{};
  }
  Status sync() override {
    if (::fdatasync(fd_.get()) != 0) return system_error("sync", path_);
    return Ok{};
  }
  uint64_t size() const override { return size_; }
  Status truncate(uint64_t size_bytes) override {
    if (::ftruncate(fd_.get(), static_cast<off_t>(size_bytes)) != 0) return system_error("truncate", path_);
    size_ = size_bytes;
    return Ok{};
  }

 private:
  std::string path_;
  Descriptor fd_;
  uint64_t size_;
};

class RealReadableFile final : public ReadableFile {
 public:
  RealReadableFile(std::string path, Descriptor fd, uint64_t size)
      : path_(std::move(path)), fd_(std::move(fd)), size_(size) {}

  Result<size_t> read(uint64_t offset, std::span<std::byte> buffer) const override {
    size_t done = 0;
    while (done < buffer.size()) {
      const ssize_t got =
          ::pread(fd_.get(), buffer.data() + done, buffer.size() - done, static_cast<off_t>(offset + done));
      if (got < 0) {
        if (errno == EINTR) continue;
        return system_error("read", path_);
      }
      if (got == 0) break;
      done += static_cast<size_t>(got);
    }
    return done;
  }
  uint64_t size() const override { return size_; }

 private:
  std::string path_;
  Descriptor fd_;
  uint64_t size_;
};

// A pipe, a socket or a terminal: it is read once, in order, and says its size by its end.
class RealStream final : public ReadableFile {
 public:
  RealStream(std::string path, Descriptor fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  Result<size_t> read(uint64_t offset, std::span<std::byte> buffer) const override {
    if (offset != position_) return Error(ErrorCode::Unsupported, path_ + " cannot be read twice");
    size_t done = 0;
    while (done < buffer.size()) {
      const ssize_t got = ::read(fd_.get(), buffer.data() + done, buffer.size() - done);
      if (got < 0) {
        if (errno == EINTR) continue;
        return system_error("read", path_);
      }
      if (got == 0) break;
      done += static_cast<size_t>(got);
    }
    position_ += done;
    return done;
  }
  uint64_t size() const override { return 0; }

 private:
  std::string path_;
  Descriptor fd_;
  mutable uint64_t position_ = 0;
};

class RealFileLock final : public FileLock {
 public:
  explicit RealFileLock(Descriptor fd) : fd_(std::move(fd)) {}

 private:
  Descriptor fd_;
};

Result<uint64_t> size_of(int fd, const std::string& path) {
  struct stat facts {};
  if (::fstat(fd, &facts) != 0) return system_error("stat", path);
  return static_cast<uint64_t>(facts.st_size);
}

class RealFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<WritableFile>> create(const std::string& path) override {
    return open_to_write(path, O_CREAT | O_TRUNC);
  }
  Result<std::unique_ptr<WritableFile>> open_append(const std::string& path) override {
    return open_to_write(path, O_CREAT);
  }

  Result<std::unique_ptr<ReadableFile>> open_read(const std::string& path) override {
    Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() < 0) return system_error("open", path);
    if (::lseek(fd.get(), 0, SEEK_CUR) < 0 && errno == ESPIPE) {
      return std::unique_ptr<ReadableFile>(std::make_unique<RealStream>(path, std::move(fd)));
    }
    auto size = size_of(fd.get(), path);
    if (!size) return size.error();
    return std::unique_ptr<ReadableFile>(std::make_unique<RealReadableFile>(path, std::move(fd), *size));
  }

  Result<MappedFile> map(const std::string& path, uint64_t size_bytes) override {
    return MappedFile::open(path, size_bytes);
  }

  Status make_directories(const std::string& path) override {
    for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
      const std::string part = path.substr(0, end);
      if (::mkdir(part.c_str(), 0777) != 0 && errno != EEXIST) return system_error("make the folder", part);
      if (end == std::string::npos) break;
    }
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) return system_error("stat", path);
    if (!S_ISDIR(facts.st_mode)) return Error(ErrorCode::InvalidArgument, path + " is not a folder");
    return Ok{};
  }

  Status link(const std::string& from, const std::string& to) override {
    if (::link(from.c_str(), to.c_str()) == 0) return Ok{};
    if (errno != EPERM && errno != EXDEV && errno != EMLINK && errno != EOPNOTSUPP)
      return system_error("link", from);
    return copy(from, to);
  }

  Result<uint64_t> capacity_bytes(const std::string& path) override {
    struct statvfs disk {};
    if (::statvfs(path.c_str(), &disk) != 0) return system_error("look at the disk of", path);
    return static_cast<uint64_t>(disk.f_blocks) * disk.f_frsize;
  }

  Status rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return system_error("rename", from);
    return Ok{};
  }
  Status remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return system_error("remove", path);
    return Ok{};
  }
  Status sync_directory(const std::string& path) override {
    Descriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0) return system_error("open", path);
    if (::fsync(fd.get()) != 0) return system_error("sync", path);
    return Ok{};
  }

  Result<std::vector<std::string>> list(const std::string& path) override {
    DIR* folder = ::opendir(path.c_str());
    if (folder == nullptr) return system_error("list", path);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(folder)) {
      std::string name = entry->d_name;
      if (name != "." && name != "..") names.push_back(std::move(name));
    }
    ::closedir(folder);
    std::ranges::sort(names);
    return names;
  }
  bool exists(const std::string& path) override { return ::access(path.c_str(), F_OK) == 0; }

  Result<std::unique_ptr<FileLock>> lock(const std::string& path, std::string_view holder) override {
    Descriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (fd.get() < 0) return system_error("open", path);
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      char text[256] = {};
      const ssize_t got = ::pread(fd.get(), text, sizeof(text) - 1, 0);
      return Error(ErrorCode::AlreadyExists,
                   path + " is held by " + std::string(trim({text, got > 0 ? static_cast<size_t>(got) : 0})));
    }
    const bool written = ::ftruncate(fd.get(), 0) == 0 && ::pwrite(fd.get(), holder.data(), holder.size(),
                                                                   0) == static_cast<ssize_t>(holder.size());
    if (!written) return system_error("write", path);
    return std::unique_ptr<FileLock>(std::make_unique<RealFileLock>(std::move(fd)));
  }

 private:
  Status copy(const std::string& from, const std::string& to) {
    auto source = open_read(from);
    if (!source) return source.error();
    auto target = create(to);
    if (!target) return target.error();
    std::vector<std::byte> buffer(kCopyStepBytes);
    for (uint64_t offset = 0; offset < (*source)->size();) {
      auto got = (*source)->read(offset, buffer);
      if (!got) return got.error();
      if (*got == 0) break;
      if (auto done = (*target)->append(std::span(buffer).first(*got)); !done) return done;
      offset += *got;
    }
    return (*target)->sync();
  }

  static Result<std::unique_ptr<WritableFile>> open_to_write(const std::string& path, int flags) {
    Descriptor fd(::open(path.c_str(), O_RDWR | O_CLOEXEC | flags, 0644));
    if (fd.get() < 0) return system_error("create", path);
    auto size = size_of(fd.get(), path);
    if (!size) return size.error();
    return std::unique_ptr<WritableFile>(std::make_unique<RealWritableFile>(path, std::move(fd), *size));
  }
};

}  // namespace

FileSystem& real_file_system() {
  static RealFileSystem files;
  return files;
}

Result<std::string> read_file(FileSystem& files, const std::string& path, uint64_t size_bytes_max) {
  auto file = files.open_read(path);
  if (!file) return file.error();
  const Error too_large(ErrorCode::LimitExceeded,
                        path + " is larger than " + std::to_string(size_bytes_max) + " bytes");
  const uint64_t size = (*file)->size();
  if (size > size_bytes_max) return too_large;
  // Pipes and files of /proc do not know their size, and others may grow meanwhile: the end is what counts.
  const uint64_t step = size > 0 ? size + 1 : kStreamStepBytes;
  std::string content;
  for (;;) {
    const size_t begin = content.size();
    content.resize(std::min(begin + step, size_bytes_max + 1));
    const size_t wanted = content.size() - begin;
    auto got = (*file)->read(begin, std::as_writable_bytes(std::span(content).subspan(begin)));
    if (!got) return got.error();
    content.resize(begin + *got);
    if (content.size() > size_bytes_max) return too_large;
    if (*got < wanted) return content;
  }
}

}  // namespace sonde::io
