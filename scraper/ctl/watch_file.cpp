#include "scraper/ctl/watch_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "common/core/text.h"
#include "common/io/atomic_write.h"
#include "common/yaml/writer.h"
#include "scraper/discovery/target_file.h"

namespace sonde::ctl {
namespace {

constexpr std::chrono::milliseconds kLockWaitMax{5000};
constexpr std::chrono::milliseconds kLockPoll{10};
constexpr std::string_view kHead =
    "# Kept by `sondectl watch`, which writes it anew: comments do not stay. Targets of your own may stand "
    "here, too.\n";
constexpr mode_t kMode = 0644;

Error system_error(std::string_view what, const std::string& path) {
  const int code = errno;
  return Error(code == ENOENT                    ? ErrorCode::NotFound
               : code == EACCES || code == EPERM ? ErrorCode::PermissionDenied
                                                 : ErrorCode::Io,
               "cannot " + std::string(what) + " " + path + ": " + std::system_category().message(code));
}

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// A folder's lock, held while this lives.
class FolderLock {
 public:
  static Result<FolderLock> take(const std::string& folder) {
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return system_error("open the folder", folder);
    FolderLock out(fd);
    const auto end = std::chrono::steady_clock::now() + kLockWaitMax;
    while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK && errno != EINTR) return system_error("lock the folder", folder);
      if (std::chrono::steady_clock::now() >= end)
        return Error(ErrorCode::DeadlineExceeded,
                     "another process has held the lock of " + folder + " for 5 s");
      std::this_thread::sleep_for(kLockPoll);
    }
    return out;
  }
  FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock() {
    if (fd_ >= 0) ::close(fd_);
  }

 private:
  explicit FolderLock(int fd) : fd_(fd) {}
  int fd_;
};

bool is_address(const Labels& target, std::string_view url) {
  return target.get("__address__") == url;
}

// The new file as the old one looked to others: its owner and mode, or readable for all.
Status dress(const std::string& path, const std::optional<struct stat>& old) {
  if (old && ::chown(path.c_str(), old->st_uid, old->st_gid) != 0) return system_error("give away", path);
  if (::chmod(path.c_str(), old ? old->st_mode & 07777 : kMode) != 0) return system_error("chmod", path);
  return Ok{};
}

Status replace(const std::string& path, const std::string& text) {
  std::optional<struct stat> old;
  struct stat found {};
  if (::stat(path.c_str(), &found) == 0) old = found;
  auto file = io::AtomicFile::create(io::real_file_system(), path);
  if (!file) return file.error();
  if (auto written = file->file().append(io::as_bytes(text)); !written) return written;
  if (auto dressed = dress(path + ".tmp", old); !dressed) return dressed;
  return file->commit();
}

}  // namespace

Result<discovery::Groups> read_watch_file(const std::string& path) {
  if (!path.ends_with(".yml") && !path.ends_with(".yaml"))
    return Error(ErrorCode::InvalidArgument, path + ": the file's name wants to end in .yml or .yaml");
  auto text = io::read_file(io::real_file_system(), path, discovery::kTargetFileBytesMax);
  if (!text && text.error().code() == ErrorCode::NotFound) return discovery::Groups{};
  if (!text) return text.error();
  return discovery::parse_yaml_groups(*text, path);
}

std::vector<WatchedTarget> list_watched(const discovery::Groups& groups) {
  std::vector<WatchedTarget> out;
  for (const auto& group : groups) {
    for (const Labels& target : group.targets)
      out.push_back({std::string(target.get("__address__")), std::string(group.labels.get(kModuleLabel))});
  }
  std::ranges::sort(out, {}, &WatchedTarget::url);
  return out;
}

bool add_watched(discovery::Groups& groups, const WatchedTarget& target) {
  const Labels labels{{std::string(kModuleLabel), target.module}};
  auto group = std::ranges::find(groups, labels, &config::TargetGroup::labels);
  if (group != groups.end() &&
      std::ranges::any_of(group->targets, [&](const Labels& one) { return is_address(one, target.url); }))
    return false;
  remove_watched(groups, target.url);
  group = std::ranges::find(groups, labels, &config::TargetGroup::labels);
  if (group == groups.end()) {
    groups.emplace_back();
    group = groups.end() - 1;
    group->labels = labels;
  }
  group->targets.push_back(Labels{{"__address__", target.url}});
  return true;
}

bool remove_watched(discovery::Groups& groups, std::string_view url) {
  size_t count = 0;
  for (auto& group : groups)
    count += std::erase_if(group.targets, [url](const Labels& target) { return is_address(target, url); });
  if (count > 0)
    std::erase_if(groups, [](const config::TargetGroup& group) { return group.targets.empty(); });
  return count > 0;
}

std::string write_watch_file(const discovery::Groups& groups) {
  yaml::Node root = yaml::make_list();
  for (const auto& group : groups) {
    std::vector<std::string> targets;
    for (const Labels& target : group.targets) targets.emplace_back(target.get("__address__"));
    std::map<std::string, std::string> labels;
    for (const Label& label : group.labels) labels.emplace(label.name, label.value);
    yaml::Node entry = yaml::make_map();
    yaml::put_unless_empty(entry, "labels", yaml::make_map(labels));
    yaml::put(entry, "targets", yaml::make_list(targets));
    root.items.push_back(std::move(entry));
  }
  return std::string(kHead) + yaml::write(root);
}

Status edit_watch_file(const std::string& path, const std::function<Status(discovery::Groups&)>& edit) {
  auto lock = FolderLock::take(folder_of(path));
  if (!lock) return lock.error();
  auto groups = read_watch_file(path);
  if (!groups) return groups.error();
  const std::string before = write_watch_file(*groups);
  if (auto edited = edit(*groups); !edited) return edited;
  if (list_watched(*groups).size() > kWatchedCountMax)
    return Error(ErrorCode::LimitExceeded, path + ": more than 100000 targets in one file");
  const std::string after = write_watch_file(*groups);
  return after == before ? Status(Ok{}) : replace(path, after);
}

}  // namespace sonde::ctl
