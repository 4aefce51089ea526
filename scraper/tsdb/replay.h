#pragma once
// Loads log files into the head. A file is read alone; rows that do not follow their predecessor, and those
// that speak of what was never declared, are dropped. Memory is that of one file's groups. One thread, beside
// live appends.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/core/result.h"
#include "common/io/byte_reader.h"
#include "common/io/file_system.h"
#include "scraper/tsdb/head.h"
#include "scraper/tsdb/log_format.h"

namespace sonde::tsdb {

struct ReplayCounts {
  uint64_t rows = 0;          // given to the head
  uint64_t rows_dropped = 0;  // after damage, up to the group's key row
  uint64_t damages = 0;
  int64_t time_max_ms = INT64_MIN;
};

class LogReplay {
 public:
  explicit LogReplay(Head& head) : head_(head) {}

  // One file. An error is the disk's or a header that is no log's; what was read before it counts.
  Result<ReplayCounts> read_file(const io::ReadableFile& file);

  // For tests and the fuzzer: one batch of a file.
  void read_batch(std::string_view batch);
  const ReplayCounts& counts() const { return counts_; }

 private:
  struct LogGroup {
    storage::GroupId id{};
    ShapePtr shape;
    std::vector<double> last;
    std::vector<Kind> kinds;
    std::vector<uint64_t> known;
    std::vector<uint64_t> absent;
    uint16_t sequence = 0;
    int64_t time_ms = 0;
    int64_t delta_ms = 0;
    bool is_synced = false;  // the state above is that of the writer
  };

  void read_entry(EntryKind kind, std::string_view body);
  void read_symbol(io::ByteReader& reader);
  void read_label_set(io::ByteReader& reader);
  void read_shape(io::ByteReader& reader);
  void read_group(io::ByteReader& reader);
  void read_key_row(io::ByteReader& reader);
  void read_row(io::ByteReader& reader);
  bool read_changes(io::ByteReader& reader, LogGroup& group, uint8_t flags);
  bool read_piece(io::ByteReader& reader, LogGroup& group, size_t segment);
  void read_loose_row(io::ByteReader& reader);
  void give_to_head(const LogGroup& group);
  LogGroup* find_group(uint64_t id);

  Head& head_;
  ReplayCounts counts_;
  // Of the file that is read; keys are the log's ids.
  std::unordered_map<uint64_t, std::string> symbols_;
  std::unordered_map<uint64_t, LabelSetId> label_sets_;
  std::unordered_map<uint64_t, ShapePtr> shapes_;
  std::unordered_map<uint64_t, LogGroup> groups_;
};

}  // namespace sonde::tsdb
