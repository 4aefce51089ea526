#pragma once
// The groups on disk: a journal that every accepted push is written to before it is answered, and a snapshot
// that takes its place from time to time (record_format.h). What was acknowledged survives the process's end,
// however it ends. A file that cannot be read whole is never destroyed: what is good in it is taken, and it
// is kept under another name. Everything runs on the loop's thread but the snapshot's last step, which waits
// for the disk on a thread of its own.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "common/core/log.h"
#include "common/core/result.h"
#include "common/io/atomic_write.h"
#include "common/io/file_system.h"
#include "common/loop/event_loop.h"
#include "exporters/pushgateway/group_store.h"

namespace sonde::pushgateway {

// What reading the files found.
struct Restored {
  uint64_t damaged_count = 0;  // records left out
  uint64_t torn_bytes = 0;     // at the ends of journals, which a crash explains
};

// Puts the records of one file into the store. `is_snapshot` wants the last record.
Restored restore_records(io::Bytes file, GroupStore& store, bool is_snapshot);

class Persistence {
 public:
  struct Parts {
    loop::EventLoop& loop;
    Logger& logger;
    io::FileSystem& files;
    GroupStore& store;
  };
  // `path` is the snapshot's. With `sync` each record is on the disk before append() returns.
  Persistence(Parts parts, std::string path, bool sync);
  // Writes a last snapshot when there is anything new.
  ~Persistence();
  Persistence(const Persistence&) = delete;
  Persistence& operator=(const Persistence&) = delete;

  // Reads the files into the store and opens a journal. Fails when another process holds them, when they are
  // there and cannot be read, when they are a later version's, or when a broken one cannot be kept.
  Status open();

  // Writes one record, which the caller then applies to the store in the same turn of the loop; after a
  // failure nothing of it counts.
  Status append(std::string_view record);

  // Begins a snapshot unless nothing is new or one is on its way.
  void compact();

  // For the metrics.
  uint64_t journal_bytes() const { return journal_ ? journal_->size() : 0; }
  uint64_t failed_count() const { return failed_count_; }

 private:
  struct Snapshot;  // one that is being written
  Status load();
  Status load_file(const std::string& path, bool is_snapshot, uint64_t& number);
  Status keep_aside(const std::string& path, std::string_view content, std::string_view why);
  Status start_journal();
  void remove_journals_before(uint64_t number);
  bool has_news() const;
  Status begin_snapshot();
  void continue_snapshot();
  Status write_groups(size_t bytes_max);
  void finish_snapshot();
  void end_snapshot(Status ended);
  Status write_snapshot_now();

  Parts parts_;
  std::string path_;
  bool sync_;
  std::unique_ptr<io::FileLock> lock_;
  std::unique_ptr<io::WritableFile> journal_;
  uint64_t journal_number_ = 0;   // of the open one
  bool journals_before_ = false;  // older ones hold what no snapshot holds
  uint64_t snapshot_bytes_ = 0;   // of the last one
  uint64_t failed_count_ = 0;     // appends and snapshots
  std::unique_ptr<Snapshot> snapshot_;
  std::thread finisher_;
  std::shared_ptr<bool> alive_ =
      std::make_shared<bool>(true);  // Shared with callbacks that may come too late.
};

}  // namespace sonde::pushgateway
