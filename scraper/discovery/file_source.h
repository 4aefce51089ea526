#pragma once
// file_sd: target groups from JSON and YAML files that patterns name. Reads again when inotify says that a
// folder of the patterns changed, and every refresh interval. A file that cannot be read keeps the groups it
// had; a file that is gone takes its groups with it. Loop thread only.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/core/log.h"
#include "common/loop/event_loop.h"
#include "scraper/discovery/discovery.h"

namespace sonde::discovery {

class FileSource final : public Source {
 public:
  // Reads the files at once; `changed` is called from the loop when a later look finds a difference.
  FileSource(loop::EventLoop& loop, Logger& logger, config::FileDiscoveryConfig config,
             std::function<void()> changed);
  ~FileSource() override;
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  const Groups& groups() const override { return groups_; }
  uint64_t read_failures() const { return read_failures_; }

 private:
  bool refresh();
  void refresh_and_tell();
  bool read(const std::string& path);
  void watch_folders();
  void drain_events();
  void arm_refresh();

  loop::EventLoop& loop_;
  Logger& logger_;
  config::FileDiscoveryConfig config_;
  std::function<void()> changed_;
  int inotify_fd_ = -1;
  loop::TimerId refresh_timer_ = loop::TimerId::None;
  loop::TimerId settle_timer_ = loop::TimerId::None;
  std::map<std::string, Groups> files_;         // what each file said when it last could be read
  std::map<std::string, std::string> failing_;  // file → error, so that each is logged once
  Groups groups_;
  uint64_t read_failures_ = 0;
};

}  // namespace sonde::discovery
