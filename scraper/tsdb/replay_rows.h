#pragma once
// Rows of the log into one shard of the head. A group whose state in the head is that of its writer takes a
// row as the bytes that the log has (GroupHead::append_pieces); the state is kept here, and rows are given as
// values, only while that is not so: before the group's first key row that began a tail, and for rows with
// other columns or kinds. One thread per shard.

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "common/io/byte_reader.h"
#include "scraper/tsdb/head.h"
#include "scraper/tsdb/log_format.h"

namespace sonde::tsdb {

struct ReplayCounts {
  uint64_t rows = 0;          // given to the head
  uint64_t rows_dropped = 0;  // after damage, up to the group's key row
  uint64_t damages = 0;
  int64_t time_max_ms = INT64_MIN;

  void add(const ReplayCounts& other);
};

// A group's columns after a row, as its writer had them.
struct LogRowState {
  std::vector<double> last;
  std::vector<Kind> kinds;
  std::vector<uint64_t> known;  // bitmaps: a word per segment
  std::vector<uint64_t> absent;
  std::vector<uint64_t> changed;
};

// A group of the file that is read.
struct LogGroup {
  storage::GroupId id{};
  ShapePtr shape;
  LogRowState state;  // of no use while `is_followed`
  uint16_t sequence = 0;
  int64_t time_ms = 0;
  int64_t delta_ms = 0;
  bool is_synced = false;    // the state is that of the writer
  bool is_followed = false;  // the head's state is, too
};

// A row's entry, behind its group's and its shape's numbers. kPieceBytesMax bytes behind it can be read.
struct LogRow {
  LogGroup* group;
  EntryKind kind;
  ShapePtr shape;  // of key rows and loose rows
  std::span<const std::byte> body;
};

class RowReplay {
 public:
  explicit RowReplay(Head& head) : head_(head) {}

  void read(const LogRow& row);
  ReplayCounts take_counts() { return std::exchange(counts_, {}); }

 private:
  void read_key_row(LogGroup& group, const ShapePtr& shape, io::ByteReader& reader);
  void read_row(LogGroup& group, io::ByteReader& reader);
  void read_loose_row(LogGroup& group, const ShapePtr& shape, io::ByteReader& reader);
  bool read_changes(LogGroup& group, uint8_t flags, io::ByteReader& reader);
  bool read_piece(LogGroup& group, size_t segment, io::ByteReader& reader);
  void give_to_head(LogGroup& group);
  void note_row(int64_t time_ms);
  void drop_row(LogGroup& group);

  Head& head_;
  ReplayCounts counts_;
  DecodedPieces pieces_;  // scratch
};

}  // namespace sonde::tsdb
