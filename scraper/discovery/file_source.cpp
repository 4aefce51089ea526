#include "scraper/discovery/file_source.h"

#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "scraper/config/load.h"
#include "scraper/discovery/target_file.h"

namespace sonde::discovery {
namespace {

// A file is written in several steps; the look comes when it has been quiet for this long.
constexpr std::chrono::milliseconds kSettleTime{50};
constexpr uint32_t kFolderEvents = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                                   IN_DELETE_SELF | IN_MOVE_SELF | IN_MODIFY;

std::string folder_of(const std::string& pattern) {
  const size_t slash = pattern.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : pattern.substr(0, slash);
}

bool same_groups(const Groups& a, const Groups& b) {
  return std::ranges::equal(a, b, [](const config::TargetGroup& x, const config::TargetGroup& y) {
    return x.source == y.source && x.labels == y.labels && x.targets == y.targets;
  });
}

}  // namespace

FileSource::FileSource(loop::EventLoop& loop, Logger& logger, config::FileDiscoveryConfig config,
                       std::function<void()> changed)
    : loop_(loop), logger_(logger), config_(std::move(config)), changed_(std::move(changed)) {
  inotify_fd_ = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  Status watched = Ok{};
  if (inotify_fd_ >= 0) watched = loop_.watch(inotify_fd_, EPOLLIN, [this](uint32_t) { drain_events(); });
  if (inotify_fd_ < 0 || !watched) {
    logger_.warn("cannot watch target files, they are read again at the refresh interval only",
                 {{"err", std::system_category().message(errno)}});
  }
  watch_folders();  // Before the first look, so that no change falls between.
  refresh();
  arm_refresh();
}

FileSource::~FileSource() {
  loop_.cancel(refresh_timer_);
  loop_.cancel(settle_timer_);
  if (inotify_fd_ < 0) return;
  loop_.unwatch(inotify_fd_);
  ::close(inotify_fd_);
}

void FileSource::arm_refresh() {
  refresh_timer_ = loop_.after(config_.refresh_interval, [this] {
    watch_folders();  // A folder may have been made anew.
    refresh_and_tell();
    arm_refresh();
  });
}

void FileSource::watch_folders() {
  if (inotify_fd_ < 0) return;
  for (const std::string& pattern : config_.files) {
    const std::string folder = folder_of(pattern);
    if (inotify_add_watch(inotify_fd_, folder.c_str(), kFolderEvents) >= 0) continue;
    logger_.debug("cannot watch a folder of target files",
                  {{"folder", folder}, {"err", std::system_category().message(errno)}});
  }
}

void FileSource::drain_events() {
  alignas(inotify_event) std::array<char, 4096> buffer;
  while (::read(inotify_fd_, buffer.data(), buffer.size()) > 0) {
  }
  if (settle_timer_ != loop::TimerId::None) return;
  settle_timer_ = loop_.after(kSettleTime, [this] {
    settle_timer_ = loop::TimerId::None;
    refresh_and_tell();
  });
}

void FileSource::refresh_and_tell() {
  if (refresh()) changed_();
}

// False when the file cannot be read; what it said before stays.
bool FileSource::read(const std::string& path) {
  auto groups = read_target_file(path);
  if (!groups) {
    ++read_failures_;
    std::string& known = failing_[path];
    if (known != groups.error().message()) {
      logger_.error("cannot read target file", {{"path", path}, {"err", groups.error().message()}});
      known = groups.error().message();
    }
    return false;
  }
  failing_.erase(path);
  files_[path] = std::move(*groups);
  return true;
}

// Looks at all files; true when the groups differ from before.
bool FileSource::refresh() {
  std::map<std::string, Groups> before = std::move(files_);
  files_.clear();
  for (const std::string& pattern : config_.files) {
    for (const std::string& path : config::expand_glob(pattern)) {
      if (files_.contains(path) || read(path)) continue;
      if (const auto old = before.find(path); old != before.end()) files_.insert(*old);
    }
  }
  Groups groups;
  for (const auto& [path, of_file] : files_) groups.insert(groups.end(), of_file.begin(), of_file.end());
  if (same_groups(groups, groups_)) return false;
  groups_ = std::move(groups);
  return true;
}

}  // namespace sonde::discovery
