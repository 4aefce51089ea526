#include "scraper/tsdb/database.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <utility>

#include "scraper/tsdb/file_names.h"
#include "scraper/tsdb/head.h"
#include "scraper/tsdb/selection.h"

namespace sonde::tsdb {

using storage::AppendOutcome;

struct Database::Parts {
  Parts(DatabaseOptions opts, io::FileSystem& fs, const Clock& clk, Logger& log)
      : options(std::move(opts)),
        files(fs),
        clock(clk),
        logger(log),
        names{options.path},
        head({options.shard_count, options.block_range_ms, options.wal_segment_bytes}, fs, names) {}

  DatabaseOptions options;
  io::FileSystem& files;
  const Clock& clock;
  Logger& logger;
  const FileNames names;
  std::unique_ptr<io::FileLock> lock;
  Head head;

  std::atomic<bool> is_ready{false};
  std::atomic<bool> is_closed{false};
  std::atomic<uint64_t> log_write_failures{0};

  // The helper threads sleep on this.
  std::mutex stop_mutex;
  std::condition_variable stop_changed;
  bool stopping = false;  // guarded by stop_mutex
  std::thread log_thread;

  bool sleep_ms(int64_t duration_ms) {
    std::unique_lock guard(stop_mutex);
    return !stop_changed.wait_for(guard, std::chrono::milliseconds(duration_ms), [this] { return stopping; });
  }
  void write_logs(bool sync);
  void run_log_thread();
};

void Database::Parts::write_logs(bool sync) {
  for (size_t shard = 0; shard < head.shard_count(); ++shard) {
    const bool was_failing = head.failing();
    if (auto written = head.write_log(shard, sync); !written) {
      log_write_failures.fetch_add(1);
      if (!was_failing)
        logger.error("the log cannot be written: samples are refused", {{"err", written.error().message()}});
    } else if (was_failing && !head.failing()) {
      logger.info("the log can be written again: samples are accepted");
    }
  }
}

void Database::Parts::run_log_thread() {
  int64_t synced_ms = clock.monotonic_ns() / 1000000;
  while (sleep_ms(options.wal_write_interval_ms)) {
    const int64_t now_ms = clock.monotonic_ns() / 1000000;
    const bool sync = now_ms - synced_ms >= options.wal_sync_interval_ms;
    if (sync) synced_ms = now_ms;
    write_logs(sync);
  }
}

Result<std::unique_ptr<Database>> Database::open(DatabaseOptions options, const Clock& clock,
                                                 Logger& logger) {
  io::FileSystem& files = options.file_system != nullptr ? *options.file_system : io::real_file_system();
  auto parts = std::make_unique<Parts>(std::move(options), files, clock, logger);
  for (const std::string& folder :
       {parts->names.folder, parts->names.logs(), parts->names.head(), parts->names.blocks()}) {
    if (auto made = files.make_directories(folder); !made) return made.error();
  }
  auto lock = files.lock(parts->names.lock(), "process " + std::to_string(::getpid()) + "\n");
  if (!lock) return lock.error();
  parts->lock = *std::move(lock);
  Parts* running = parts.get();
  parts->log_thread = std::thread([running] { running->run_log_thread(); });
  return std::unique_ptr<Database>(new Database(std::move(parts)));
}

Database::Database(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Database::~Database() {
  (void)close();
}

void Database::start_replay() {
  parts_->is_ready.store(true);
}
bool Database::ready() const {
  return parts_->is_ready.load();
}
void Database::wait_until_ready() const {
  parts_->is_ready.wait(false);
}
ReplayProgress Database::replay_progress() const {
  return {};
}

Status Database::close() {
  if (parts_->is_closed.exchange(true)) return Ok{};
  parts_->head.stop();
  {
    const std::lock_guard guard(parts_->stop_mutex);
    parts_->stopping = true;
  }
  parts_->stop_changed.notify_all();
  if (parts_->log_thread.joinable()) parts_->log_thread.join();
  return flush();
}

Status Database::flush() {
  for (size_t shard = 0; shard < parts_->head.shard_count(); ++shard) {
    if (auto written = parts_->head.write_log(shard, true); !written) return written;
  }
  return Ok{};
}

// ---- SampleSink

storage::ShapeId Database::intern_shape(std::span<const Labels> columns) {
  return parts_->head.shapes().intern(columns);
}

storage::GroupId Database::open_group(const Labels& labels, storage::GroupOptions options) {
  return parts_->head.open_group(labels, options);
}

AppendOutcome Database::append(storage::GroupId group, storage::ShapeId shape, const storage::Row& row) {
  return parts_->head.append(group, shape, row);
}

AppendOutcome Database::append_stale(storage::GroupId group, int64_t timestamp_ms) {
  return parts_->head.append_stale(group, timestamp_ms);
}

void Database::close_group(storage::GroupId) {}

// ---- SeriesSource

Result<std::unique_ptr<storage::Selection>> Database::select(std::span<const Matcher> matchers,
                                                             const storage::SelectHints& hints) const {
  if (matchers.size() > kMatchersMax) {
    return Error(ErrorCode::LimitExceeded,
                 "a selector has more than " + std::to_string(kMatchersMax) + " matchers");
  }
  std::vector<FoundStretch> found;
  parts_->head.select(matchers, hints.range, parts_->head.start_ms(), found);
  return make_selection(std::move(found), {});
}

}  // namespace sonde::tsdb
