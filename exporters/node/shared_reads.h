#pragma once
// What several parts ask the kernel for in one scrape and is asked for once: /proc/stat (the collectors cpu
// and stat), net/netstat (netstat, and the exporter's own process_* families), the network devices (netdev
// and netclass). Made per exporter, for the event loop's thread; forget() begins a scrape.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "exporters/node/files.h"
#include "exporters/node/netlink.h"
#include "exporters/node/roots.h"

namespace sonde::node {

class SharedFile {
 public:
  explicit SharedFile(std::string path) : file_(std::move(path), KeptFile::Content::OneRecord) {}

  // Valid until forget().
  Result<std::string_view> read() {
    if (!content_) content_ = file_.read(buffer_);
    return *content_;
  }
  // What was read since forget(); "" when nothing was.
  std::string_view known() const { return content_ && *content_ ? **content_ : std::string_view(); }
  void forget() { content_.reset(); }
  const std::string& path() const { return file_.path(); }

 private:
  KeptFile file_;
  ReadBuffer buffer_;
  std::optional<Result<std::string_view>> content_;
};

struct SharedReads {
  explicit SharedReads(const Roots& roots) : stat(roots.proc("stat")), netstat(roots.proc("net/netstat")) {}

  void forget() {
    stat.forget();
    netstat.forget();
    links.forget();
  }

  SharedFile stat;
  SharedFile netstat;
  LinkDump links;
  ReadBuffer buffer;  // for files that one collector reads, each overwriting the last
};

}  // namespace sonde::node
