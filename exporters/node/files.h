#pragma once
// Reading the small files of procfs and sysfs again and again: descriptors stay open between scrapes and
// contents land in one reused buffer. Files of other file systems (fixtures, lxcfs, os-release) are opened
// anew each time, because somebody may have replaced them. Not for concurrent use; one buffer per thread.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"

namespace sonde::node {

// What a single file may hold; /proc/stat of the largest machines stays far below.
inline constexpr size_t kFileBytesMax = 16 * 1024 * 1024;

// Bytes that the next read overwrites; what was read is valid until then.
class ReadBuffer {
 public:
  ReadBuffer();
  std::span<char> space() { return {bytes_.get(), capacity_}; }
  void grow();  // doubles and keeps the contents

 private:
  size_t capacity_;
  std::unique_ptr<char[]> bytes_;
};

class KeptFile {
 public:
  // How the kernel hands out the file. One that it writes as one record comes with the first read where the
  // buffer has room, and needs no second one to find its end; of a list, a read may give any whole number of
  // records.
  enum class Content : uint8_t { List, OneRecord };

  explicit KeptFile(std::string path, Content content = Content::List)
      : path_(std::move(path)), content_(content) {}
  KeptFile(KeptFile&& other) noexcept;
  KeptFile& operator=(KeptFile&&) = delete;
  ~KeptFile();

  // All of the file. NotFound when it is absent.
  Result<std::string_view> read(ReadBuffer& buffer);
  // A sysfs attribute: one page at most, so one system call; without the white space around it. Nothing where
  // it is absent or its driver has no answer (the speed of a link that is down), which is no error for the
  // collectors.
  std::optional<std::string_view> attribute(ReadBuffer& buffer);
  // Decimal, or hexadecimal after "0x".
  std::optional<int64_t> integer_attribute(ReadBuffer& buffer);

  // Whether what was read last may be out of date, for the files whose changes the kernel tells to poll(2):
  // mountinfo does. True where it cannot know, so also for a file that does not stay open.
  bool may_have_changed() const;

  // Gives the descriptor back; the next read opens the file again.
  void close();

  const std::string& path() const { return path_; }

 private:
  int open();  // 0 or an errno

  std::string path_;
  Content content_;
  int fd_ = -1;
  bool keep_ = false;
};

// Names in a folder, sorted, without "." and ".."; the folder stays open.
class KeptFolder {
 public:
  explicit KeptFolder(std::string path) : path_(std::move(path)) {}
  KeptFolder(const KeptFolder&) = delete;
  KeptFolder& operator=(const KeptFolder&) = delete;
  ~KeptFolder();

  // Valid until the next call.
  Result<std::span<const std::string>> list();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  void* stream_ = nullptr;  // a DIR*
  std::vector<std::string> names_;
  size_t count_ = 0;
};

// The error of a failed system call on a file: "cannot read /proc/stat: permission denied".
Error file_error(std::string_view doing, std::string_view path, int error_number);

// The words of an errno as the original's runtime spells them: "no such file or directory".
std::string errno_text(int error_number);

}  // namespace sonde::node
