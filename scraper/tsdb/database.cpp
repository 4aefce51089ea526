#include "scraper/tsdb/database.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "scraper/tsdb/database_parts.h"
#include "scraper/tsdb/selection.h"

namespace sonde::tsdb {

using storage::AppendOutcome;

bool Database::Parts::sleep_ms(int64_t duration_ms) {
  std::unique_lock guard(stop_mutex);
  return !stop_changed.wait_for(guard, std::chrono::milliseconds(duration_ms), [this] { return stopping; });
}

bool Database::Parts::is_stopping() {
  const std::lock_guard guard(stop_mutex);
  return stopping;
}

Status Database::Parts::prepare_folder() {
  const bool is_new = !files.exists(names.folder);
  for (const std::string& folder : {names.folder, names.logs(), names.head(), names.blocks()}) {
    if (auto made = files.make_directories(folder); !made) return made;
  }
  if (auto done = files.sync_directory(names.folder); !done) return done;
  if (is_new) {
    auto done = files.sync_directory(names.folder + "/..");
    // A folder may be writable but not readable; it cannot be synced then.
    if (!done && done.error().code() != ErrorCode::PermissionDenied) return done;
  }
  auto taken = files.lock(names.lock(), "process " + std::to_string(::getpid()) + "\n");
  if (!taken) return taken.error();
  lock = *std::move(taken);
  if (auto opened = catalog.open(); !opened) return opened;
  if (auto opened = tombstones.open(); !opened) return opened;
  head.set_start_ms(catalog.snapshot()->start_ms);
  head.set_append_start_ms(catalog.snapshot()->start_ms);
  auto heads = files.list(names.head());
  if (!heads) return heads.error();
  // The rows of an earlier process's slabs are in the log.
  for (const std::string& name : *heads) (void)files.remove(names.head() + "/" + name);
  auto logs = files.list(names.logs());
  if (!logs) return logs.error();
  for (const std::string& name : *logs) {
    if (const auto number = parse_numbered_name(name)) old_logs.push_back(*number);
  }
  std::ranges::sort(old_logs);
  head.set_next_log_number(old_logs.empty() ? 1 : old_logs.back() + 1);
  head.begin_replay();
  return Ok{};
}

void Database::Parts::replay_file(LogReplay& replay, uint64_t number) {
  auto file = files.open_read(names.log(number));
  if (!file) {
    logger.error("a log file cannot be read", {{"err", file.error().message()}});
    return;
  }
  auto counts = replay.read_file(**file);
  if (!counts) {
    log_corruptions.fetch_add(1);
    logger.warn("a log file was read in part",
                {{"file", names.log(number)}, {"err", counts.error().message()}});
  }
  const ReplayCounts& done = replay.counts();
  replayed_rows.fetch_add(done.rows);
  log_corruptions.fetch_add(done.damages);
  if (done.damages > 0 || done.rows_dropped > 0) {
    logger.warn("a log file is damaged: the rows in the damage are lost",
                {{"file", names.log(number)},
                 {"places", std::to_string(done.damages)},
                 {"rows_dropped", std::to_string(done.rows_dropped)}});
  }
  head.adopt_log_segment({number, done.time_max_ms, (*file)->size()});
}

void Database::Parts::run_replay() {
  const int64_t begin_ns = clock.monotonic_ns();
  LogReplay replay(head);
  for (const uint64_t number : old_logs) {
    if (is_stopping()) return;
    replay_current.store(number);
    replay_file(replay, number);
  }
  head.end_replay();
  logger.info("the log is loaded",
              {{"files", std::to_string(old_logs.size())},
               {"rows", std::to_string(replayed_rows.load())},
               {"duration_ms", std::to_string((clock.monotonic_ns() - begin_ns) / 1000000)}});
  is_ready.store(true);
  is_ready.notify_all();
}

void Database::Parts::write_logs() {
  for (size_t shard = 0; shard < head.shard_count(); ++shard) {
    const bool was_failing = head.failing();
    if (auto written = head.write_log(shard); !written) {
      log_write_failures.fetch_add(1);
      if (was_failing) continue;
      logger.error("the log cannot be written: samples are refused", {{"err", written.error().message()}});
    } else if (was_failing && !head.failing()) {
      logger.info("the log can be written again: samples are accepted");
    }
  }
}

void Database::Parts::sync_logs() {
  for (size_t shard = 0; shard < head.shard_count(); ++shard) {
    if (auto synced = head.sync_log(shard); !synced) {
      log_write_failures.fetch_add(1);
      logger.error("the log cannot be synced", {{"err", synced.error().message()}});
    }
  }
}

void Database::Parts::run_log_thread() {
  while (sleep_ms(options.wal_write_interval_ms)) {
    write_logs();
    if (options.wal_sync_interval_ms == 0) sync_logs();
  }
}

void Database::Parts::run_sync_thread() {
  while (sleep_ms(options.wal_sync_interval_ms)) sync_logs();
}

Result<std::unique_ptr<Database>> Database::open(DatabaseOptions options, const Clock& clock,
                                                 Logger& logger) {
  io::FileSystem& files = options.file_system != nullptr ? *options.file_system : io::real_file_system();
  auto parts = std::make_unique<Parts>(std::move(options), files, clock, logger);
  if (auto prepared = parts->prepare_folder(); !prepared) return prepared.error();
  Parts* running = parts.get();
  parts->log_thread = std::thread([running] { running->run_log_thread(); });
  if (parts->options.wal_sync_interval_ms > 0) {
    parts->sync_thread = std::thread([running] { running->run_sync_thread(); });
  }
  if (parts->options.run_compaction) {
    parts->compaction_thread = std::thread([running] { running->run_compaction_thread(); });
  }
  return std::unique_ptr<Database>(new Database(std::move(parts)));
}

Database::Database(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Database::~Database() {
  (void)close();
}

void Database::start_replay() {
  Parts* running = parts_.get();
  parts_->replay_thread = std::thread([running] { running->run_replay(); });
}
bool Database::ready() const {
  return parts_->is_ready.load();
}
void Database::wait_until_ready() const {
  parts_->is_ready.wait(false);
}
ReplayProgress Database::replay_progress() const {
  if (parts_->old_logs.empty()) return {};
  return {parts_->old_logs.front(), parts_->old_logs.back(), parts_->replay_current.load()};
}

Status Database::close() {
  if (parts_->is_closed.exchange(true)) return Ok{};
  parts_->head.stop();
  {
    const std::lock_guard guard(parts_->stop_mutex);
    parts_->stopping = true;
  }
  parts_->stop_changed.notify_all();
  for (std::thread* thread :
       {&parts_->log_thread, &parts_->sync_thread, &parts_->replay_thread, &parts_->compaction_thread}) {
    if (thread->joinable()) thread->join();
  }
  return flush();
}

Status Database::flush() {
  for (size_t shard = 0; shard < parts_->head.shard_count(); ++shard) {
    if (auto written = parts_->head.write_log(shard); !written) return written;
    if (auto synced = parts_->head.sync_log(shard); !synced) return synced;
  }
  return Ok{};
}

// ---- SampleSink

storage::ShapePtr Database::intern_shape(std::span<const Labels> columns) {
  return parts_->head.shapes().intern(columns);
}

storage::GroupId Database::open_group(const Labels& labels, storage::GroupOptions options) {
  return parts_->head.open_group(labels, options);
}

AppendOutcome Database::append(storage::GroupId group, const storage::ShapePtr& shape,
                               const storage::Row& row) {
  return parts_->head.append(group, shape, row);
}

AppendOutcome Database::append_stale(storage::GroupId group, int64_t timestamp_ms) {
  return parts_->head.append_stale(group, timestamp_ms);
}

void Database::close_group(storage::GroupId group) {
  parts_->head.close_group(group);
}

// ---- SeriesSource

std::vector<FoundStretch> Database::Parts::find(std::span<const Matcher> matchers, storage::TimeRange range,
                                                std::shared_ptr<const BlockSet>& blocks) const {
  std::vector<FoundStretch> found;
  // Before the blocks: when a tombstone goes, they were written anew already.
  const auto erased = tombstones.snapshot();
  blocks = catalog.snapshot();
  for (const OpenBlock& block : blocks->blocks) block.reader->select(matchers, range, found);
  head.select(matchers, range, blocks->start_ms, found);
  erase(found, erased);
  return found;
}

Result<std::unique_ptr<storage::Selection>> Database::select(std::span<const Matcher> matchers,
                                                             const storage::SelectHints& hints) const {
  if (auto good = check_matcher_count(matchers); !good) return good.error();
  std::shared_ptr<const BlockSet> blocks;
  std::vector<FoundStretch> found = parts_->find(matchers, hints.range, blocks);
  return make_selection(std::move(found), {std::move(blocks)});
}

}  // namespace sonde::tsdb
