#pragma once
// Writes one shard's log: rows become entries, entries batches, batches fragments, and those go to the file
// in one write. Encoding never touches the disk; write() does. When a write fails the bytes stay and the next
// write() goes on with them. Threads: encoding under the shard's mutex, given by the caller; write() takes
// that mutex shortly and its own for the I/O.

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/core/mutex.h"
#include "common/core/result.h"
#include "common/io/file_system.h"
#include "scraper/storage/row.h"
#include "scraper/tsdb/file_names.h"
#include "scraper/tsdb/group_head.h"
#include "scraper/tsdb/log_format.h"
#include "scraper/tsdb/symbol_table.h"

namespace sonde::tsdb {

// What a group's next entry depends on. Belongs to the shard.
struct GroupLogState {
  uint64_t segment = 0;      // the log file in which the group was declared; 0: none
  uint64_t key_segment = 0;  // the one that has a key row since the last seal; 0: none
  uint64_t layout = 0;  // serial number of the layout  // of the last key row; alive as long as the file that
                        // declared it is written
  uint16_t sequence = 0;
  int64_t time_ms = 0;  // of the last row
  int64_t delta_ms = 0;
};

// A log file that may be deleted once all its rows are in blocks.
struct LogSegment {
  uint64_t number = 0;
  int64_t time_max_ms = INT64_MIN;
  uint64_t size_bytes = 0;
};

class LogWriter {
 public:
  // `next_number` is shared by the shards; numbers are never used twice.
  LogWriter(const SymbolTable& symbols, io::FileSystem& files, FileNames names,
            std::atomic<uint64_t>& next_number, uint64_t segment_bytes_max)
      : symbols_(symbols),
        files_(files),
        names_(std::move(names)),
        next_number_(next_number),
        segment_bytes_max_(segment_bytes_max) {}

  // Under the shard's mutex.

  // Logs the row that `head` has just taken.
  void add_row(const GroupHead& head, GroupLogState& state, const EncodedRow& row, int64_t time_ms);
  // Logs a row that is not in the head yet.
  void add_loose_row(const GroupHead& head, GroupLogState& state, const Shape& shape,
                     const storage::Row& row);
  // The next row begins another file.
  void end_segment();
  // Bytes that write() would write now.
  size_t pending_bytes() const { return pending_bytes_ + batch_.size(); }
  // Takes the finished files whose rows are all older than the time out of the list.
  std::vector<LogSegment> take_segments_before(int64_t time_ms);
  // Takes over a file of an earlier process.
  void adopt(LogSegment segment) { finished_.push_back(segment); }
  // Size of all files, pending bytes included.
  uint64_t log_bytes() const;

  // Any thread, without the shard's mutex.

  // Writes what is pending.
  Status write(Mutex& shard_mutex);
  // Waits until what was written is on the disk.
  Status sync();
  bool failing() const { return failing_.load(std::memory_order_relaxed); }
  uint64_t bytes_written() const { return bytes_written_.load(std::memory_order_relaxed); }

 private:
  class Declared {
   public:
    void clear();
    // The number of what the id stands for in this version, and whether it has just got it.
    std::pair<uint32_t, bool> number_of(uint32_t id, uint32_t version);

   private:
    struct Entry {
      uint32_t version = 0;  // 0: not declared
      uint32_t number = 0;
    };
    std::vector<Entry> entries_;  // by id
    uint32_t count_ = 0;
  };
  struct Pending {
    uint64_t number;
    std::string bytes;
  };

  void begin_segment();
  void ensure_segment(int64_t time_ms);
  void declare_group(const GroupHead& head, GroupLogState& state);
  uint64_t declare_shape(const Shape& shape);
  uint32_t declare_label_set(LabelSetId id);
  uint32_t declare_symbol(SymbolId id);
  void add_key_row(const GroupHead& head, GroupLogState& state);
  void add_entry(EntryKind kind, std::string_view body);
  void close_batch();
  Status write_pending(Pending& pending) REQUIRES(io_mutex_);

  const SymbolTable& symbols_;
  io::FileSystem& files_;
  const FileNames names_;
  std::atomic<uint64_t>& next_number_;
  const uint64_t segment_bytes_max_;

  // Under the shard's mutex.
  LogSegment current_;     // number 0: no file is open
  uint64_t position_ = 0;  // in the current file, once all is written
  std::string batch_;
  std::string entry_;  // scratch
  std::vector<Pending> pending_;
  size_t pending_bytes_ = 0;
  std::vector<LogSegment> finished_;
  // Under numbers of the segment's own, which stand for one thing each: ids come to stand for others.
  Declared declared_symbols_;
  Declared declared_sets_;
  std::unordered_map<uint64_t, uint64_t> declared_shapes_;  // by serial number

  // Under io_mutex_.
  Mutex io_mutex_;
  std::deque<Pending> writing_ GUARDED_BY(io_mutex_);  // taken from pending_, not written yet
  std::shared_ptr<io::WritableFile> file_
      GUARDED_BY(io_mutex_);  // shared with a sync that runs without the mutex
  std::vector<std::shared_ptr<io::WritableFile>> ended_ GUARDED_BY(io_mutex_);  // complete, not synced yet
  bool has_new_file_ GUARDED_BY(io_mutex_) = false;                             // its name is not synced yet
  uint64_t file_number_ GUARDED_BY(io_mutex_) = 0;
  std::atomic<bool> failing_{false};
  std::atomic<uint64_t> bytes_written_{0};
};

}  // namespace sonde::tsdb
