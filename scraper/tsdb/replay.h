#pragma once
// Loads log files into the head. A file is read alone; rows that do not follow their predecessor, and those
// that speak of what was never declared, are dropped. One thread reads files and declarations and hands the
// rows, 256 KB of batches at a time, to a thread per shard of the head. Memory is that of one file's
// groups and two such loads. Beside live appends.

#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "common/core/result.h"
#include "common/io/byte_reader.h"
#include "common/io/file_system.h"
#include "scraper/tsdb/head.h"
#include "scraper/tsdb/log_format.h"
#include "scraper/tsdb/replay_rows.h"

namespace sonde::tsdb {

class LogReplay {
 public:
  explicit LogReplay(Head& head);
  ~LogReplay();
  LogReplay(const LogReplay&) = delete;
  LogReplay& operator=(const LogReplay&) = delete;

  // One file. An error is the disk's or a header that is no log's; what was read before it counts.
  Result<ReplayCounts> read_file(const io::ReadableFile& file);

  // For tests and the fuzzer: one batch of a file.
  void read_batch(std::string_view batch);
  const ReplayCounts& counts() const { return counts_; }

 private:
  // Batches and the rows in them, in order, by shard.
  struct Load {
    std::deque<std::string> batches;  // kept for the next load: their memory, and rows point into them
    size_t batch_count = 0;
    size_t size_bytes = 0;
    std::vector<std::vector<LogRow>> rows;

    void clear();
  };

  // Takes the batch's bytes and leaves others.
  void add_batch(std::string& bytes);
  void read_entry(EntryKind kind, std::span<const std::byte> body);
  void forget_file();
  void read_symbol(io::ByteReader& reader);
  void read_label_set(io::ByteReader& reader);
  void read_shape(io::ByteReader& reader);
  void read_group(io::ByteReader& reader);
  void add_row(EntryKind kind, io::ByteReader& reader);
  // Hands the load to the shards' threads, which have done with the one before.
  void hand_over();
  void wait_for_rows();
  // Waits, and reads what is left in this thread.
  void finish_rows();
  void run_shard(size_t shard);

  Head& head_;
  ReplayCounts counts_;
  // Of the file that is read; keys are the log's ids. Groups' states belong to their shards' threads.
  std::unordered_map<uint64_t, std::string> symbols_;
  std::unordered_map<uint64_t, LabelSetId> label_sets_;
  std::vector<LabelSetId> referred_sets_;  // to be released
  std::unordered_map<uint64_t, ShapePtr> shapes_;
  std::unordered_map<uint64_t, LogGroup> groups_;
  std::array<Load, 2> loads_;
  Load* filling_ = loads_.data();
  std::vector<RowReplay> shards_;  // each its thread's, or the reader's while none is at work

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  Load* handed_over_ = nullptr;
  uint64_t load_number_ = 0;
  size_t busy_count_ = 0;
  bool is_stopping_ = false;
  std::vector<std::thread> threads_;  // begun with the first load
};

}  // namespace sonde::tsdb
