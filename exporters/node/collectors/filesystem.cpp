#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "exporters/node/collectors.h"
#include "exporters/node/mounts.h"
#include "exporters/node/statfs_pool.h"

namespace sonde::node {
namespace {

constexpr LabelNames kLabels{"device", "device_error", "fstype", "mountpoint"};
constexpr Desc kSize{"node_filesystem_size_bytes", "Filesystem size in bytes.", MetricType::Gauge, kLabels};
constexpr Desc kFree{"node_filesystem_free_bytes", "Filesystem free space in bytes.", MetricType::Gauge,
                     kLabels};
constexpr Desc kAvailable{"node_filesystem_avail_bytes",
                          "Filesystem space available to non-root users in bytes.", MetricType::Gauge,
                          kLabels};
constexpr Desc kFiles{"node_filesystem_files", "Filesystem total file nodes.", MetricType::Gauge, kLabels};
constexpr Desc kFilesFree{"node_filesystem_files_free", "Filesystem total free file nodes.",
                          MetricType::Gauge, kLabels};
constexpr Desc kReadOnly{"node_filesystem_readonly", "Filesystem read-only status.", MetricType::Gauge,
                         kLabels};
constexpr Desc kDeviceError{"node_filesystem_device_error",
                            "Whether an error occurred while getting statistics for the given device.",
                            MetricType::Gauge, kLabels};
constexpr Desc kMountInfo{"node_filesystem_mount_info",
                          "Filesystem mount information.",
                          MetricType::Gauge,
                          {"device", "major", "minor", "mountpoint"}};

constexpr std::string_view kTimeoutText = "mountpoint timeout";

// Their statfs reads memory and cannot hang, so it needs no thread of its own. Sorted.
constexpr std::array<std::string_view, 8> kLocalTypes{"devtmpfs", "ext2",  "ext3",  "ext4",
                                                      "proc",     "ramfs", "tmpfs", "xfs"};
static_assert(std::ranges::is_sorted(kLocalTypes));

// The list of mounts is the dearest file of a scrape, and the kernel tells when one is mounted, moved or
// changed. It does not tell of a file system that goes read-only by itself: statfs does for most, and a new
// look at the list for the rest.
constexpr int64_t kListAgeMaxNs = 60'000'000'000;

class FilesystemCollector final : public Collector {
 public:
  FilesystemCollector(const CollectorContext& context, DeviceFilter mount_points, DeviceFilter types)
      : clock_(context.clock),
        logger_(context.logger),
        roots_(context.options.roots),
        init_mounts_(roots_.proc("1/mountinfo")),
        own_mounts_(roots_.proc("self/mountinfo")),
        mount_points_(std::move(mount_points)),
        types_(std::move(types)),
        pool_(static_cast<size_t>(std::max<int64_t>(context.options.filesystem.stat_workers, 1)),
              context.options.filesystem.mount_timeout) {}

  bool may_block() override {
    refreshed_ = refresh_mounts();
    return !pool_paths_.empty();
  }

  Status collect(MetricSink& sink) override {
    // The mounts that may_block() saw, so that none is added behind its answer.
    const Status status = refreshed_ ? *std::exchange(refreshed_, std::nullopt) : refresh_mounts();
    if (!status) return status;
    const std::vector<StatfsJob>& answers = pool_.ask(pool_paths_);
    for (ShownMount& shown : mounts_) {
      if (shown.pool_index) {
        collect_mount(shown, answers[*shown.pool_index], sink);
        continue;
      }
      StatfsJob job;
      job.error_number = ::statfs(shown.path.c_str(), &job.answer) == 0 ? 0 : errno;
      job.state = StatfsJob::State::Answered;
      collect_mount(shown, job, sink);
    }
    return Ok{};
  }

 private:
  struct ShownMount {
    Mount mount;
    std::string path;                  // from here
    std::optional<size_t> pool_index;  // of its answer in the pool's
    bool was_read_only = false;        // at the scrape that read the list
  };

  // Mounts seldom change, and the same text means the same mounts.
  Status refresh_mounts() {
    list_is_kept_ = !mounts_text_.empty() && clock_.monotonic_ns() - listed_ns_ < kListAgeMaxNs &&
                    !listed_file_->may_have_changed();
    if (list_is_kept_) return Ok{};
    listed_file_ = &init_mounts_;
    auto content = init_mounts_.read(buffer_);
    // hidepid hides the first process; ours has the same mounts on most hosts.
    if (!content && content.error().code() == ErrorCode::NotFound) {
      listed_file_ = &own_mounts_;
      content = own_mounts_.read(buffer_);
    }
    if (!content) {
      mounts_text_.clear();
      return content.error();
    }
    listed_ns_ = clock_.monotonic_ns();
    if (*content == mounts_text_) return Ok{};
    mounts_text_.clear();
    auto mounts = parse_mounts(*content, roots_);
    if (!mounts) return mounts.error();
    mounts_.clear();
    pool_paths_.clear();
    // Differs: device numbers are not compared. Bind mounts and mounts over others would give the same series
    // twice.
    std::set<std::tuple<std::string, std::string, std::string>> seen;
    for (Mount& mount : *mounts) {
      if (mount_points_.ignores(mount.mount_point) || types_.ignores(mount.type)) continue;
      if (!seen.emplace(mount.device, mount.mount_point, mount.type).second) continue;
      ShownMount shown{.mount = std::move(mount), .path = {}, .pool_index = {}, .was_read_only = false};
      shown.path = roots_.host(shown.mount.mount_point);
      if (!std::ranges::binary_search(kLocalTypes, std::string_view(shown.mount.type))) {
        shown.pool_index = pool_paths_.size();
        pool_paths_.push_back(shown.path);
      }
      mounts_.push_back(std::move(shown));
    }
    mounts_text_ = *content;
    return Ok{};
  }

  // A file system that turns read-only by itself shows it before the list is read again. In a sandbox all may
  // be read-only from the start (ProtectSystem=strict): then only the list knows.
  bool turned_read_only(ShownMount& shown, const StatfsJob& job) const {
    const bool is_read_only = error_.empty() && (job.answer.f_flags & ST_RDONLY) != 0;
    if (!list_is_kept_) shown.was_read_only = is_read_only;
    return is_read_only && !shown.was_read_only;
  }

  void collect_mount(ShownMount& shown, const StatfsJob& job, MetricSink& sink) {
    const Mount& mount = shown.mount;
    error_.clear();
    if (job.state != StatfsJob::State::Answered) {
      error_ = kTimeoutText;
    } else if (job.error_number != 0) {
      error_ = errno_text(job.error_number);
    }
    const std::array<std::string_view, 4> labels{mount.device, error_, mount.type, mount.mount_point};
    sink.sample(kDeviceError, labels, error_.empty() ? 0 : 1);
    sink.sample(kReadOnly, labels, turned_read_only(shown, job) || mount.read_only ? 1 : 0);
    if (!error_.empty()) {
      if (logger_.enabled(LogLevel::Debug)) {
        logger_.debug("statfs failed", {{"mountpoint", mount.mount_point}, {"err", error_}});
      }
      return;
    }
    const struct statfs& answer = job.answer;
    const auto block_bytes = static_cast<double>(answer.f_bsize);
    sink.sample(kSize, labels, static_cast<double>(answer.f_blocks) * block_bytes);
    sink.sample(kFree, labels, static_cast<double>(answer.f_bfree) * block_bytes);
    sink.sample(kAvailable, labels, static_cast<double>(answer.f_bavail) * block_bytes);
    sink.sample(kFiles, labels, static_cast<double>(answer.f_files));
    sink.sample(kFilesFree, labels, static_cast<double>(answer.f_ffree));
    sink.sample(kMountInfo, {mount.device, mount.major, mount.minor, mount.mount_point}, 1);
  }

  const Clock& clock_;
  Logger& logger_;
  ReadBuffer buffer_;  // Its own: it runs on the worker pool.
  const Roots& roots_;
  KeptFile init_mounts_;
  KeptFile own_mounts_;
  DeviceFilter mount_points_;
  DeviceFilter types_;
  StatfsPool pool_;
  const KeptFile* listed_file_ = nullptr;  // where mounts_text_ is from
  int64_t listed_ns_ = 0;
  bool list_is_kept_ = false;        // of an earlier scrape
  std::optional<Status> refreshed_;  // by may_block(), for the run that follows
  std::string mounts_text_;
  std::vector<ShownMount> mounts_;
  std::vector<std::string> pool_paths_;  // of the mounts that may hang
  std::string error_;
};

}  // namespace

MadeCollector make_filesystem(const CollectorContext& context) {
  auto mount_points = DeviceFilter::make(context.options.filesystem.mount_points, context.logger);
  if (!mount_points) return mount_points.error();
  auto types = DeviceFilter::make(context.options.filesystem.types, context.logger);
  if (!types) return types.error();
  return make_collector<FilesystemCollector>(context, *std::move(mount_points), *std::move(types));
}

}  // namespace sonde::node
