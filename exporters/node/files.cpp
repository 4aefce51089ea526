#include "exporters/node/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>
#include <utility>

#include "common/core/number_text.h"
#include "common/core/text.h"

namespace sonde::node {
namespace {

constexpr size_t kFirstBytes = 16 * 1024;  // /proc/vmstat, netstat and stat of a usual machine fit
constexpr size_t kAttributeBytesMax = 4096;

ErrorCode code_of(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
    case ENODEV:
      return ErrorCode::NotFound;
    case EACCES:
    case EPERM:
      return ErrorCode::PermissionDenied;
    case EINVAL:
      return ErrorCode::InvalidArgument;
    case EOPNOTSUPP:
      return ErrorCode::Unsupported;
    default:
      return ErrorCode::Io;
  }
}

// pread() that goes on after a signal; a negative errno on failure.
ssize_t read_at(int fd, std::span<char> space, size_t offset) {
  while (true) {
    const ssize_t n = ::pread(fd, space.data(), space.size(), static_cast<off_t>(offset));
    if (n >= 0) return n;
    if (errno != EINTR) return -errno;
  }
}

// The descriptor stands for something that is gone: a network device that was removed, an unmounted file
// system.
bool is_stale(ssize_t negative_errno) {
  return negative_errno == -ENODEV || negative_errno == -ESTALE || negative_errno == -ENOTCONN ||
         negative_errno == -EBADF || negative_errno == -ENXIO || negative_errno == -ESRCH;
}

}  // namespace

ReadBuffer::ReadBuffer()
    : capacity_(kFirstBytes), bytes_(std::make_unique_for_overwrite<char[]>(kFirstBytes)) {}

void ReadBuffer::grow() {
  auto larger = std::make_unique_for_overwrite<char[]>(capacity_ * 2);
  std::memcpy(larger.get(), bytes_.get(), capacity_);
  bytes_ = std::move(larger);
  capacity_ *= 2;
}

KeptFile::KeptFile(KeptFile&& other) noexcept
    : path_(std::move(other.path_)),
      content_(other.content_),
      fd_(std::exchange(other.fd_, -1)),
      keep_(other.keep_) {}

KeptFile::~KeptFile() {
  close();
}

Result<std::string_view> KeptFile::read(ReadBuffer& buffer) {
  const bool was_open = fd_ >= 0;
  if (const int failure = open(); failure != 0) return file_error("open", path_, failure);
  size_t size = 0;
  while (true) {
    if (size == buffer.space().size()) {
      if (size >= kFileBytesMax) {
        close();
        return Error(ErrorCode::LimitExceeded, path_ + ": more than 16 MiB");
      }
      buffer.grow();
    }
    const ssize_t n = read_at(fd_, buffer.space().subspan(size), size);
    if (n < 0) {
      close();
      if (was_open && is_stale(n)) return read(buffer);
      return file_error("read", path_, static_cast<int>(-n));
    }
    size += static_cast<size_t>(n);
    if (n == 0 || (content_ == Content::OneRecord && size < buffer.space().size())) break;
  }
  if (!keep_) close();
  return std::string_view(buffer.space().data(), size);
}

std::optional<std::string_view> KeptFile::attribute(ReadBuffer& buffer) {
  const bool was_open = fd_ >= 0;
  if (open() != 0) return std::nullopt;
  const ssize_t n = read_at(fd_, buffer.space().first(kAttributeBytesMax), 0);
  if (n < 0 && is_stale(n)) {
    close();
    return was_open ? attribute(buffer) : std::nullopt;
  }
  if (!keep_) close();
  if (n < 0) return std::nullopt;
  return trim(std::string_view(buffer.space().data(), static_cast<size_t>(n)));
}

std::optional<int64_t> KeptFile::integer_attribute(ReadBuffer& buffer) {
  const auto text = attribute(buffer);
  if (!text) return std::nullopt;
  if (!text->starts_with("0x")) return parse_integer(*text);
  int64_t value = 0;
  const auto [end, failure] = std::from_chars(text->data() + 2, text->data() + text->size(), value, 16);
  if (failure != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return value;
}

bool KeptFile::may_have_changed() const {
  if (fd_ < 0 || !keep_) return true;
  pollfd asked{.fd = fd_, .events = POLLPRI, .revents = 0};
  return ::poll(&asked, 1, 0) != 0;
}

int KeptFile::open() {
  if (fd_ >= 0) return 0;
  // Not blocking: a FIFO in a text file folder must not hang a scrape.
  fd_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd_ < 0) return errno;
  struct statfs stats {};
  keep_ = ::fstatfs(fd_, &stats) == 0 && (stats.f_type == PROC_SUPER_MAGIC || stats.f_type == SYSFS_MAGIC);
  return 0;
}

void KeptFile::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

KeptFolder::~KeptFolder() {
  if (stream_) ::closedir(static_cast<DIR*>(stream_));
}

Result<std::span<const std::string>> KeptFolder::list() {
  if (stream_) {
    ::rewinddir(static_cast<DIR*>(stream_));
  } else {
    stream_ = ::opendir(path_.c_str());
    if (!stream_) return file_error("open", path_, errno);
  }
  count_ = 0;
  errno = 0;
  while (const dirent* entry = ::readdir(static_cast<DIR*>(stream_))) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (count_ == names_.size()) names_.emplace_back();
    names_[count_++] = name;
  }
  const int failure = errno;
  if (failure != 0 || count_ == 0) {
    // Another folder may be mounted here by now; look again next time.
    ::closedir(static_cast<DIR*>(stream_));
    stream_ = nullptr;
    if (failure != 0) return file_error("read", path_, failure);
  }
  const auto names = std::span(names_).first(count_);
  std::ranges::sort(names);
  return std::span<const std::string>(names);
}

Error file_error(std::string_view doing, std::string_view path, int error_number) {
  return Error(code_of(error_number),
               "cannot " + std::string(doing) + " " + std::string(path) + ": " + errno_text(error_number));
}

std::string errno_text(int error_number) {
  if (error_number == ESTALE) return "stale NFS file handle";
  std::string text = std::generic_category().message(error_number);
  // "RFS specific error" and its like keep their capitals.
  if (text.size() > 1 && text[1] >= 'a' && text[1] <= 'z' && text[0] >= 'A' && text[0] <= 'Z') {
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  }
  return text;
}

}  // namespace sonde::node
