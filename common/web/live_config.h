#pragma once
// The web configuration as its files are now: the file of --web.config.file and the certificates that it
// names, looked at when somebody asks and read again when they have changed. On the loop's thread.

#include <memory>
#include <string>
#include <vector>

#include "common/core/clock.h"
#include "common/core/log.h"
#include "common/web/web_config.h"

namespace sonde::web {

// Identity of a file's content, as far as stat tells. Two that are not sure are never equal.
struct FileStamp {
  int64_t modified_ns = 0;  // wall clock
  int64_t size_bytes = -1;  // -1: there is no such file
  uint64_t inode = 0;
  // Read so soon after its last change that another might show the same stamp.
  bool sure = true;

  static FileStamp of(const std::string& path, const Clock& clock);
  bool is_same(const FileStamp& other) const {
    return sure && other.sure && modified_ns == other.modified_ns && size_bytes == other.size_bytes &&
           inode == other.inode;
  }
};

class LiveConfig {
 public:
  // Reads everything, certificates too; fails on anything that a server could not start with.
  static Result<std::unique_ptr<LiveConfig>> load(std::string path, const Clock& clock, Logger& logger);
  // One that no file says, for flags that mean the same. Its certificates are followed as those of a file
  // are.
  static Result<std::unique_ptr<LiveConfig>> of(WebConfig config, const Clock& clock, Logger& logger);
  LiveConfig(std::string path, const Clock& clock, Logger& logger);  // for load() and of()

  // As of now; null when the file cannot be used. Users, headers and roles follow the file; the rate limit is
  // that of the start.
  const WebConfig* current();

  // As loaded or last read, whatever has become of the file.
  const WebConfig& last() const { return config_; }

  bool serves_tls() const { return tls_ != nullptr; }
  // For a new connection; only where serves_tls(). While the files are no good (a certificate whose key is
  // not there yet) it stays what it was: Differs: the original refuses connections then.
  std::shared_ptr<const http::TlsPolicy> tls();

 private:
  struct Watched {
    std::string path;
    FileStamp stamp;
  };
  void read_again(const FileStamp& stamp);
  void read_certificates();
  bool certificates_changed() const;
  bool may_be_half_written(const FileStamp& stamp, const Result<WebConfig>& loaded) const;

  const std::string path_;  // "" where there is no file
  const Clock& clock_;
  Logger& logger_;
  WebConfig config_;
  FileStamp stamp_;
  bool broken_ = false;
  std::shared_ptr<const http::TlsPolicy> tls_;  // Shared with the connections; null for plain HTTP.
  std::vector<Watched> certificates_;
  std::string tls_error_;  // what was logged last
};

}  // namespace sonde::web
