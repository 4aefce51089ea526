#pragma once
// The time-series database: takes rows (SampleSink), answers selections (SeriesSource) and its operator
// (StorageAdmin). One process per folder; a second one is refused and told who holds the lock.
// Life: open() maps the blocks and takes the lock, start_replay() loads the log beside running appends (rows
// that come meanwhile are logged at once and join their groups afterwards), ready() turns true, close()
// writes what is buffered. Threads: one writer per group, any reader; the database runs one log thread, one
// sync thread and one compaction thread.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/core/clock.h"
#include "common/core/log.h"
#include "common/core/result.h"
#include "common/io/file_system.h"
#include "scraper/storage/sample_sink.h"
#include "scraper/storage/series_source.h"
#include "scraper/storage/storage_admin.h"

namespace sonde::tsdb {

inline constexpr int64_t kDefaultRetentionMs = 15LL * 24 * 3600 * 1000;

struct RetentionRule {
  std::vector<Matcher> matchers;
  int64_t time_ms = 0;  // 0: for ever
};

// What is kept, by the wall clock and by the size of logs, head files and blocks. 0: no such limit.
struct Retention {
  int64_t time_ms = kDefaultRetentionMs;
  uint64_t bytes = 0;
  double percentage = 0;                  // of the disk
  std::vector<RetentionRule> rules = {};  // the first that a series matches counts instead of `time_ms`
};

struct DatabaseOptions {
  std::string path;  // --storage.tsdb.path; made when it does not exist
  Retention retention;
  int64_t wal_sync_interval_ms = 1000;  // 0: sync every write
  int64_t wal_write_interval_ms = 50;   // what a kill can cost, less the time of a write
  uint64_t wal_segment_bytes = 64ULL << 20;
  size_t shard_count = 1;                      // logs and writers' locks; not on disk
  int64_t block_range_ms = 2LL * 3600 * 1000;  // the head is cut at multiples of it
  bool run_compaction = true;                  // false: only compact() cuts blocks (tests, tools)
  io::FileSystem* file_system = nullptr;       // null: the real one
};

// Log segments, for the progress bar of status/walreplay.
struct ReplayProgress {
  uint64_t min = 0;
  uint64_t max = 0;
  uint64_t current = 0;
};

// What the database counts about itself; the server's own /metrics are made from it.
struct DatabaseCounters {
  uint64_t samples_appended = 0;
  uint64_t rows_out_of_order = 0;
  uint64_t rows_duplicate = 0;
  uint64_t rows_out_of_bounds = 0;
  uint64_t rows_refused = 0;
  uint64_t log_bytes_written = 0;
  uint64_t log_write_failures = 0;
  uint64_t log_corruptions = 0;  // records that replay had to drop
  uint64_t replayed_rows = 0;
  uint64_t head_series = 0;
  uint64_t head_groups = 0;
  uint64_t head_chunks = 0;
  int64_t head_time_min_ms = 0;
  int64_t head_time_max_ms = 0;
  uint64_t blocks = 0;
  uint64_t blocks_bytes = 0;
  uint64_t log_bytes = 0;        // on disk now
  uint64_t head_file_bytes = 0;  // sealed slabs, on disk now
  // Anonymous memory of the head, as Head::Size has it.
  uint64_t group_memory_bytes = 0;
  uint64_t tail_memory_bytes = 0;
  uint64_t slab_memory_bytes = 0;
  uint64_t symbol_memory_bytes = 0;
  uint64_t compactions = 0;
  uint64_t compactions_failed = 0;
  uint64_t blocks_deleted_by_time = 0;
  uint64_t blocks_deleted_by_size = 0;
  bool refusing = false;  // the disk is full or broken: appends are refused, queries go on
};

class Database final : public storage::SampleSink,
                       public storage::SeriesSource,
                       public storage::StorageAdmin {
 public:
  // Takes the lock, opens the blocks and starts the helper threads; appends may begin at once.
  static Result<std::unique_ptr<Database>> open(DatabaseOptions options, const Clock& clock, Logger& logger);
  ~Database() override;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Begins to load the log, in its own thread. Call once; without a call the log stays unread.
  void start_replay();
  // Everything that was on disk can be queried.
  bool ready() const;
  // Returns when ready() is true.
  void wait_until_ready() const;
  ReplayProgress replay_progress() const;

  // Writes and syncs what is buffered and stops the threads. Appends are refused from here on; the destructor
  // calls it too.
  Status close();

  storage::ShapePtr intern_shape(std::span<const Labels> columns) override;
  storage::GroupId open_group(const Labels& labels, storage::GroupOptions options) override;
  storage::AppendOutcome append(storage::GroupId group, const storage::ShapePtr& shape,
                                const storage::Row& row) override;
  storage::AppendOutcome append_stale(storage::GroupId group, int64_t timestamp_ms) override;
  void close_group(storage::GroupId group) override;

  Result<std::unique_ptr<storage::Selection>> select(std::span<const Matcher> matchers,
                                                     const storage::SelectHints& hints) const override;
  Result<std::vector<std::string>> label_names(std::span<const std::vector<Matcher>> any_of,
                                               storage::TimeRange range, size_t limit) const override;
  Result<std::vector<std::string>> label_values(std::string_view name,
                                                std::span<const std::vector<Matcher>> any_of,
                                                storage::TimeRange range, size_t limit) const override;
  Result<std::vector<Labels>> series(std::span<const std::vector<Matcher>> any_of, storage::TimeRange range,
                                     size_t limit) const override;

  // Hides the samples at once. They leave the disk with clean_tombstones(), or by themselves when all that is
  // concerned is in blocks.
  Status delete_series(std::span<const std::vector<Matcher>> any_of, storage::TimeRange range) override;
  Status clean_tombstones() override;
  // A folder below "snapshots" that a server can be started on; blocks and log files are hard links.
  Result<std::string> snapshot(bool skip_head) override;
  storage::Statistics statistics(size_t top_count) const override;

  DatabaseCounters counters() const;

  // Changes of a reloaded configuration.
  void set_retention(const Retention& retention);

  // Cuts what is old enough into blocks, applies retention, merges blocks and frees them of what was deleted,
  // now and in this thread.
  Status compact();
  // Writes and syncs the log, now and in this thread.
  Status flush();

 private:
  struct Parts;
  explicit Database(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace sonde::tsdb
