#pragma once
// A group's newest rows: the open tail and the slabs it was sealed into (docs/storage-format.md, "The head").
// The tail keeps a column's newest value and, per segment of 64 columns, the pieces of its rows; a column is
// read backwards from the newest value. Columns are only ever added, at the end, so an index means the same
// column for a group's life (until restart(), which begins a new lineage). Threads: writers hold the shard's
// mutex (one at a time); a byte lock, held for a microsecond, keeps readers from half a row.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "scraper/storage/series_source.h"
#include "scraper/tsdb/decimal.h"
#include "scraper/tsdb/piece.h"
#include "scraper/tsdb/prefetch.h"
#include "scraper/tsdb/shape.h"
#include "scraper/tsdb/slab.h"
#include "scraper/tsdb/tail_pool.h"

namespace sonde::tsdb {

inline constexpr size_t kRowsPerSeal = kChunkRowsMax;
inline constexpr size_t kTailEventsMax = 4000;
inline constexpr size_t kTailSegmentBytesMax = 48 * 1024;

class SpinLock {
 public:
  void lock();
  bool try_lock() { return held_.exchange(1, std::memory_order_acquire) == 0; }
  void unlock() { held_.store(0, std::memory_order_release); }

 private:
  std::atomic<uint8_t> held_{0};
};

// The columns of a stretch of rows and the value that each first had, which slabs do not store again. Slabs
// keep it alive.
struct Part {
  ShapePtr layout;
  std::unique_ptr<double[]> base;  // an element is written once, before the first slab that needs it
  uint32_t lineage = 0;
};

struct SlabRef {
  const std::byte* data = nullptr;  // lives until the head drops what its block has (Head::drop_before)
  uint32_t size_bytes = 0;
  uint32_t generation = 0;  // of the tail that it was
  uint32_t row_count = 0;   // as in its bytes, which are cold when a query begins
  int64_t time_min_ms = 0;
  int64_t time_max_ms = 0;
  std::shared_ptr<const Part> part;

  SlabView view() const { return {{data, size_bytes}}; }
};

// The value kind of a column changed at this row.
struct KindChange {
  uint32_t column;
  Kind kind;  // the new one
};

// What appending a row made, for the log.
struct EncodedRow {
  std::vector<uint8_t> pieces;  // of all segments, in order; only the first piece_bytes are valid
  size_t piece_bytes = 0;
  std::vector<uint64_t> toggles;  // presence that changed, a word per segment
  std::vector<KindChange> kind_changes;
  bool any_toggle = false;
  bool introduces = false;  // a column has its first value ever: the log needs a key row
};

// A row's pieces as values, while replay looks whether they fit.
struct DecodedPieces {
  std::vector<uint64_t> changed;  // per segment
  std::vector<size_t> ends;       // of each segment's piece
  std::vector<double> values;     // of the changed columns, in order
};

class GroupHead {
 public:
  struct Identity {
    uint64_t id = 0;  // in the log; no other group of the process ever has it
    LabelSetId labels = 0;
    uint64_t labels_hash = 0;
    uint32_t shard = 0;
    bool absence_is_stale = true;
  };
  explicit GroupHead(const Identity& identity) : identity_(identity) {}
  const Identity& identity() const { return identity_; }

  // For the writer, under the shard's mutex.

  const ShapePtr& layout() const { return layout_; }
  size_t column_count() const { return column_count_; }
  size_t tail_row_count() const { return row_count_; }
  bool has_rows() const { return has_rows_; }
  int64_t last_time_ms() const { return last_time_ms_; }
  int64_t tail_first_time_ms() const { return first_time_ms_; }
  // Takes columns in addition; the present ones keep their indices.
  void grow(ShapePtr layout, TailPool& pool);
  // Begins anew with other columns; the tail is sealed.
  void restart(ShapePtr layout);
  // Appends a row in layout order; `absent` has a word per segment or is null. The time is later than the
  // last.
  void append(int64_t time_ms, const double* values, const uint64_t* absent, EncodedRow& encoded,
              TailPool& pool);
  // Appends a row that the log has as pieces; the log's state is that of this group. False, with nothing
  // changed, when they are no such row. The tail has a row. kPieceBytesMax bytes behind the pieces can be
  // read.
  bool append_pieces(int64_t time_ms, std::span<const uint8_t> pieces, DecodedPieces& scratch,
                     TailPool& pool);
  // Takes over the log's kinds and what it knows of absent columns. The tail has one row, the log's; each
  // known value has its kind.
  void adopt(const Kind* kinds, const uint64_t* known, const double* last);
  // Whether append() would need a seal first; a tail has up to `row_limit` rows.
  bool must_seal(int64_t next_time_ms, size_t row_limit) const;
  // kRowsPerSeal, or less in a group's first tail.
  size_t rows_until_seal() const { return rows_until_seal_; }
  // The tail as slabs, split at multiples of `range_ms`; they are stored and then published by
  // publish_seal().
  struct SealedSlab {
    std::string bytes;
    int64_t time_min_ms;
    int64_t time_max_ms;
    size_t row_begin;  // in the tail
    size_t row_end;

    // Its bytes are kept at `data`.
    SlabRef ref(const std::byte* data) const;
  };
  std::vector<SealedSlab> build_slabs(int64_t range_ms);
  void publish_seal(std::vector<SlabRef> slabs, TailPool& pool);
  // Forgets slabs that end before the time.
  void drop_slabs_before(int64_t time_ms);
  // A group without rows again; the tail is empty and there are no slabs.
  void forget_columns();

  // The state after the last row, for key rows of the log and for duplicates.
  double last_value(size_t column) const { return last_[column]; }
  Kind kind(size_t column) const { return kinds_[column]; }
  uint64_t known_word(size_t segment) const { return known_[segment]; }
  uint64_t present_word(size_t segment) const { return present_[segment]; }
  uint64_t changed_word(size_t segment) const { return changed_[segment]; }
  size_t segment_count() const { return segments_.size(); }
  size_t memory_bytes() const;

  // For readers, any thread.

  struct View {
    std::vector<SlabRef> slabs;        // those that overlap the range
    std::shared_ptr<const Part> part;  // of the tail; null when the group never had a row
    uint32_t generation = 0;
    size_t tail_row_count = 0;  // 0 when the tail is outside of the range
    int64_t time_min_ms = 0;    // of the tail
    int64_t time_max_ms = 0;
  };
  View view(storage::TimeRange range) const;
  size_t slab_count() const;
  // The first rows of the tail of this generation: their times, or a column's values. False when that tail
  // was sealed meanwhile; its rows are in sealed() then.
  bool read_tail_times(uint32_t generation, size_t row_count, int64_t* times_ms) const;
  bool read_tail_column(uint32_t generation, size_t row_count, size_t column, double* values,
                        uint64_t* present) const;
  std::vector<SlabRef> sealed(uint32_t generation) const;

  // Asks for the memory that the functions above will touch, each step for what the one before brought. A
  // group that is being written is passed over.
  void prefetch_self() const { prefetch_bytes(this, sizeof(*this)); }
  void prefetch_slab_list() const;
  void prefetch_slabs(storage::TimeRange range) const;  // those whose times view() must look at
  void prefetch_tail_column(size_t column) const;
  void prefetch_tail_blocks(size_t column) const;
  void prefetch_tail_bytes(size_t column) const;

 private:
  // Entries, one per row (tail_entry.h), in blocks of the pool.
  struct Segment {
    std::byte* at = nullptr;  // of the next byte, when there is room
    uint32_t room = 0;        // bytes left in the last block
    uint32_t size_bytes = 0;
    std::vector<std::byte*> blocks;
  };
  struct PresenceEvent {
    uint64_t toggled;
    uint32_t segment;
    uint8_t row;
  };
  struct KindEvent {
    uint32_t column;
    uint8_t row;
    Kind old_kind;
  };
  struct SegmentColumns;
  struct TailCopy;

  void allocate_columns(size_t count);
  uint8_t* encode_segment(size_t segment, const double* values, const uint64_t* absent, EncodedRow& encoded,
                          uint8_t* at);
  void introduce(size_t segment, uint64_t fresh, const double* values);
  uint64_t encode_delta(size_t column, double value, EncodedRow& encoded);
  uint64_t encode_scaled_delta(size_t column, double value, EncodedRow& encoded);
  // The piece's bytes have some to spare behind them.
  void append_entry(Segment& segment, const uint8_t* piece, size_t size_bytes, TailPool& pool);
  void prefetch_tail() const;
  void append_to_segment(Segment& segment, const uint8_t* bytes, size_t count, TailPool& pool);
  bool decode_pieces(std::span<const uint8_t> pieces, DecodedPieces& out) const;
  void note_time(int64_t time_ms);
  int64_t row_time_ms(size_t row) const;
  void copy_segment(size_t segment, std::vector<uint8_t>& out) const;
  void decode_segment(size_t segment, SegmentColumns& columns) const;
  SealedSlab begin_slab(size_t begin, int64_t range_ms) const;
  void append_segment(std::string& out, size_t segment, size_t begin, size_t end,
                      const SegmentColumns& columns) const;

  const Identity identity_;
  mutable SpinLock lock_;

  // Columns. One allocation: values, base aside, then bitmaps, then kinds.
  std::shared_ptr<Part> part_;
  ShapePtr layout_;
  size_t column_count_ = 0;
  std::unique_ptr<std::byte[]> storage_;
  double* last_ = nullptr;
  uint64_t* known_ = nullptr;         // had a value ever
  uint64_t* present_ = nullptr;       // has a value in the newest row
  uint64_t* changed_ = nullptr;       // has a delta in the newest row
  uint64_t* tail_changed_ = nullptr;  // has a delta in the tail
  Kind* kinds_ = nullptr;

  std::vector<Kind> sealed_kinds_;  // of build_slabs(), taken over by publish_seal()

  // The tail.
  std::vector<Segment> segments_;
  std::vector<PresenceEvent> presence_events_;  // both sorted by row
  std::vector<KindEvent> kind_events_;
  std::vector<uint32_t> time_offsets_;  // from the first row; empty while times lie on a line
  int64_t first_time_ms_ = 0;
  int64_t last_time_ms_ = 0;
  int64_t step_ms_ = 0;
  uint32_t generation_ = 0;
  uint16_t row_count_ = 0;
  uint16_t rows_until_seal_ = 0;  // the first seal is earlier, so that seals of many groups spread
  bool has_rows_ = false;
  bool is_tail_full_ = false;  // a segment has more bytes than it should
  size_t block_bytes_ = 0;

  std::vector<SlabRef> slabs_;  // ascending in time
};

}  // namespace sonde::tsdb
