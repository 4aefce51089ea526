#include "common/web/live_config.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace sonde::web {
namespace {

// A file that was written in place less than this ago may be written still; and a second change within one
// tick of the file system's clock (4 ms) leaves no trace.
constexpr int64_t kRestNs = 50'000'000;

}  // namespace

FileStamp FileStamp::of(const std::string& path, const Clock& clock) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  FileStamp stamp{.modified_ns = info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec,
                  .size_bytes = info.st_size,
                  .inode = info.st_ino};
  stamp.sure = std::abs(clock.wall_ms() * 1'000'000 - stamp.modified_ns) > kRestNs;
  return stamp;
}

LiveConfig::LiveConfig(std::string path, const Clock& clock, Logger& logger)
    : path_(std::move(path)), clock_(clock), logger_(logger) {}

Result<std::unique_ptr<LiveConfig>> LiveConfig::load(std::string path, const Clock& clock, Logger& logger) {
  auto live = std::make_unique<LiveConfig>(std::move(path), clock, logger);
  live->stamp_ = FileStamp::of(live->path_, clock);
  auto config = load_web_config(live->path_);
  if (!config) return config.error();
  live->config_ = std::move(*config);
  auto tls = load_tls_policy(live->config_);
  if (!tls) return tls.error().in(live->path_);
  live->tls_ = std::move(*tls);
  if (live->tls_) live->read_certificates();
  return live;
}

Result<std::unique_ptr<LiveConfig>> LiveConfig::of(WebConfig config, const Clock& clock, Logger& logger) {
  auto live = std::make_unique<LiveConfig>("", clock, logger);
  live->config_ = std::move(config);
  auto tls = load_tls_policy(live->config_);
  if (!tls) return tls.error();
  live->tls_ = std::move(*tls);
  if (live->tls_) live->read_certificates();
  return live;
}

const WebConfig* LiveConfig::current() {
  if (path_.empty()) return &config_;
  const FileStamp stamp = FileStamp::of(path_, clock_);
  // The originals read the file for every request; reading it when it has changed looks the same.
  if (!stamp.is_same(stamp_)) read_again(stamp);
  return broken_ ? nullptr : &config_;
}

// Somebody who truncates the file before writing it must not open the door to everyone meanwhile.
bool LiveConfig::may_be_half_written(const FileStamp& stamp, const Result<WebConfig>& loaded) const {
  if (stamp.sure || stamp.inode != stamp_.inode) return false;
  return !loaded || (loaded->users.empty() && !config_.users.empty());
}

void LiveConfig::read_again(const FileStamp& stamp) {
  auto loaded = load_web_config(path_);
  if (may_be_half_written(stamp, loaded)) return;
  stamp_ = stamp;
  if (!loaded) {
    if (!broken_) logger_.error("cannot use the web configuration", {{"err", loaded.error().message()}});
    broken_ = true;
    return;
  }
  broken_ = false;
  loaded->rate_interval = config_.rate_interval;
  loaded->rate_burst = config_.rate_burst;
  config_ = std::move(*loaded);
  if (tls_) read_certificates();
}

bool LiveConfig::certificates_changed() const {
  return std::ranges::any_of(certificates_, [this](const Watched& file) {
    return !FileStamp::of(file.path, clock_).is_same(file.stamp);
  });
}

void LiveConfig::read_certificates() {
  certificates_.clear();
  for (const std::string* path :
       {&config_.tls.cert_file, &config_.tls.key_file, &config_.tls.client_ca_file}) {
    if (!path->empty()) certificates_.push_back({*path, FileStamp::of(*path, clock_)});
  }
  auto tls = load_tls_policy(config_);
  std::string error;
  if (!tls) {
    error = tls.error().message();
  } else if (*tls == nullptr) {
    error = "there is no certificate any more; changing between HTTPS and HTTP takes a restart";
  } else {
    tls_ = std::move(*tls);
  }
  if (!error.empty() && error != tls_error_) {
    logger_.error("cannot use the certificates, the old ones stay", {{"file", path_}, {"err", error}});
  }
  tls_error_ = std::move(error);
}

std::shared_ptr<const http::TlsPolicy> LiveConfig::tls() {
  if (current() != nullptr && certificates_changed()) read_certificates();
  return tls_;
}

}  // namespace sonde::web
