#pragma once
// What a Database is made of: the head, the catalog of blocks and the threads that serve them. Internal to
// the folder.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "scraper/tsdb/catalog.h"
#include "scraper/tsdb/database.h"
#include "scraper/tsdb/file_names.h"
#include "scraper/tsdb/head.h"
#include "scraper/tsdb/replay.h"
#include "scraper/tsdb/tombstones.h"

namespace sonde::tsdb {

struct Database::Parts {
  Parts(DatabaseOptions opts, io::FileSystem& fs, const Clock& clk, Logger& log)
      : options(std::move(opts)),
        files(fs),
        clock(clk),
        logger(log),
        names{options.path},
        retention(options.retention),
        head({options.shard_count, options.block_range_ms, options.wal_segment_bytes}, fs, names),
        catalog(fs, names, log),
        tombstones(fs, names.tombstones()) {}

  // database.cpp
  Status prepare_folder();
  void replay_file(LogReplay& replay, uint64_t number);
  void run_replay();
  void write_logs();
  void sync_logs();
  void run_log_thread();
  void run_sync_thread();
  // False when the database is closing.
  bool sleep_ms(int64_t duration_ms);
  bool is_stopping();
  std::vector<FoundStretch> find(std::span<const Matcher> matchers, storage::TimeRange range,
                                 std::shared_ptr<const BlockSet>& blocks) const;

  // database_admin.cpp
  Result<std::string> make_snapshot(bool skip_head);
  Status fill_snapshot(const FileNames& to, bool skip_head);

  // compaction.cpp
  Status compact();
  Status cut_head(int64_t end_ms);
  Status write_window(storage::TimeRange window, int64_t end_ms, std::vector<std::string>& written);
  void drop_from_head(int64_t end_ms, uint32_t mark);
  Status merge_due();
  Status rewrite(const std::vector<OpenBlock>& blocks);
  Status clean(int64_t settled_ms);
  void run_compaction_thread();

  // retention.cpp
  Retention current_retention();
  std::shared_ptr<const TombstoneList> with_rules(TombstoneList list);
  Status apply_rules();
  Status apply_retention();

  const DatabaseOptions options;
  io::FileSystem& files;
  const Clock& clock;
  Logger& logger;
  const FileNames names;
  Mutex retention_mutex;
  Retention retention GUARDED_BY(retention_mutex);
  std::atomic<uint64_t> retention_version{0};
  std::unique_ptr<io::FileLock> lock;
  Head head;
  Catalog catalog;
  TombstoneStore tombstones;

  std::atomic<bool> is_ready{false};
  std::atomic<bool> is_closed{false};
  std::vector<uint64_t> old_logs;  // files of earlier processes, ascending; fixed once opened
  std::atomic<uint64_t> replay_current{0};
  std::atomic<uint64_t> replayed_rows{0};
  std::atomic<uint64_t> log_corruptions{0};
  std::atomic<uint64_t> log_write_failures{0};
  std::atomic<uint64_t> compactions{0};
  std::atomic<uint64_t> compactions_failed{0};
  std::atomic<uint64_t> blocks_deleted_by_time{0};
  std::atomic<uint64_t> blocks_deleted_by_size{0};

  std::mutex compaction_mutex;  // one compaction, clean-up or snapshot at a time; guards what follows
  std::set<std::string> damaged_blocks;  // that could not be merged
  int64_t merge_pause_end_ns = 0;
  std::map<std::string, size_t> rules_seen;  // how many rules had outlived a block when it was looked at
  uint64_t rules_seen_version = 0;           // of the retention

  // The threads sleep on this.
  std::mutex stop_mutex;
  std::condition_variable stop_changed;
  bool stopping = false;  // guarded by stop_mutex
  std::thread log_thread;
  std::thread sync_thread;
  std::thread replay_thread;
  std::thread compaction_thread;
};

}  // namespace sonde::tsdb
