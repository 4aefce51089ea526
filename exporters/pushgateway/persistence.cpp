#include "exporters/pushgateway/persistence.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "exporters/pushgateway/push_body.h"

namespace sonde::pushgateway {
namespace {

constexpr std::string_view kFirstLine = "#sonde-pushgateway 1";
constexpr std::string_view kGroupPrefix = "#group ";
constexpr std::string_view kLastLine = "#end";
constexpr size_t kFileBytesMax = size_t{4} << 30;

Error file_error(std::string_view what, const std::string& path) {
  return Error(ErrorCode::Io, "cannot " + std::string(what) + " " + path + ": " + std::strerror(errno));
}

// Closes a descriptor at the end of a scope.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

// A label's text in a group line: percent-encoded, so that the line splits at blanks and slashes.
void append_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > ' ' && byte < 0x7F && c != '%' && c != '/') {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
}

void append_group_line(std::string& out, const GroupStore::Group& group) {
  out += kGroupPrefix;
  append_number_exposition(out, group.push_time_seconds);
  out += ' ';
  append_number_exposition(out, group.push_failure_time_seconds);
  out += " job/";
  append_encoded(out, group.key.labels.get("job"));
  for (const Label& label : group.key.labels) {
    if (label.name == "job") continue;
    out += '/';
    append_encoded(out, label.name);
    out += '/';
    append_encoded(out, label.value);
  }
  for (const std::string& name : group.key.empty_names) {
    out += '/';
    append_encoded(out, name);
    out += '/';
  }
  // A key that ends in an empty value keeps its last slash.
  if (!group.key.empty_names.empty()) out += '/';
  out += '\n';
}

Status read_group(std::string_view header, std::string_view body, GroupStore& store) {
  FieldCursor fields(header.substr(kGroupPrefix.size()));
  const double push_time = fields.number();
  const double failure_time = fields.number();
  const std::string_view path = fields.text();
  if (fields.failed()) return Error(ErrorCode::Corrupt, "bad group line " + quoted(header));
  auto key = parse_grouping_key(path, /*utf8_names=*/true);
  if (!key) return key.error();
  auto families = parse_push_body(body, *key);
  if (!families) return families.error();
  store.restore(*key, std::move(*families), push_time, failure_time);
  return Ok{};
}

Status write_all(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_error("write", path);
    text.remove_prefix(static_cast<size_t>(written));
  }
  return Ok{};
}

}  // namespace

std::string write_groups(const GroupStore& store) {
  std::string out(kFirstLine);
  out += '\n';
  for (const auto& [id, group] : store.groups()) {
    append_group_line(out, group);
    for (const auto& [name, family] : group.families) append_family(out, name, family);
  }
  out += kLastLine;
  out += '\n';
  return out;
}

Status read_groups(std::string_view text, GroupStore& store) {
  const std::string first = std::string(kFirstLine) + "\n";
  const std::string last = "\n" + std::string(kLastLine) + "\n";
  if (!text.starts_with(first)) {
    return Error(ErrorCode::Corrupt,
                 "not a file of this pushgateway: want " + quoted(kFirstLine) + " at its start");
  }
  if (!text.ends_with(last)) return Error(ErrorCode::Truncated, "the last line is missing");
  text = text.substr(first.size(), text.size() - first.size() - last.size() + 1);
  while (!text.empty()) {
    const Cut header = cut(text, '\n');
    if (!header.before.starts_with(kGroupPrefix)) {
      return Error(ErrorCode::Corrupt, "want a group line, got " + quoted(header.before));
    }
    const std::string next = "\n" + std::string(kGroupPrefix);
    // From the header's own newline, so that a group without families is found to end at once.
    const size_t header_end = header.before.size();
    const size_t end = text.find(next, header_end);
    const size_t body_end = end == std::string_view::npos ? text.size() : end + 1;
    const size_t body_begin = std::min(header_end + 1, body_end);
    const std::string_view body = text.substr(body_begin, body_end - body_begin);
    if (auto group = read_group(header.before, body, store); !group) return group.error();
    text.remove_prefix(body_end);
  }
  return Ok{};
}

Status save(const std::string& path, const GroupStore& store) {
  const std::string temporary = path + ".in_progress";
  {
    const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
    if (file.fd() < 0) return file_error("create", temporary);
    if (auto written = write_all(file.fd(), write_groups(store), temporary); !written) return written.error();
    if (::fdatasync(file.fd()) != 0) return file_error("sync", temporary);
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return file_error("rename to", path);
  return Ok{};
}

Status load(const std::string& path, GroupStore& store) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0) {
    if (errno == ENOENT) return Ok{};
    return file_error("open", path);
  }
  std::string text;
  struct stat facts {};
  if (::fstat(file.fd(), &facts) != 0) return file_error("examine", path);
  if (static_cast<size_t>(facts.st_size) > kFileBytesMax) {
    return Error(ErrorCode::LimitExceeded,
                 path + " is larger than " + std::to_string(kFileBytesMax) + " bytes");
  }
  text.resize(static_cast<size_t>(facts.st_size));
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t got = ::read(file.fd(), text.data() + done, text.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error("read", path);
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  text.resize(done);
  if (auto groups = read_groups(text, store); !groups) return groups.error().in(path);
  return Ok{};
}

}  // namespace sonde::pushgateway
