#pragma once
// The head: every group's newest rows, in shards. A shard has a mutex for its writers, the pools of its
// groups' tails, the store of its slabs and its log. Groups are found by their labels and live until nobody
// has them open and all their rows are in blocks. Threads: appends from any thread, one per group at a time;
// selecting from any thread without the shards' mutexes.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/core/mutex.h"
#include "scraper/storage/sample_sink.h"
#include "scraper/storage/series_source.h"
#include "scraper/tsdb/group_head.h"
#include "scraper/tsdb/log_writer.h"
#include "scraper/tsdb/selection.h"
#include "scraper/tsdb/shape.h"
#include "scraper/tsdb/slab_store.h"
#include "scraper/tsdb/symbol_table.h"
#include "scraper/tsdb/tail_pool.h"

namespace sonde::tsdb {

struct HeadOptions {
  size_t shard_count = 1;
  int64_t block_range_ms = 0;
  uint64_t log_segment_bytes = 0;
};

struct HeadCounters {
  std::atomic<uint64_t> samples_appended{0};
  std::atomic<uint64_t> rows_out_of_order{0};
  std::atomic<uint64_t> rows_duplicate{0};
  std::atomic<uint64_t> rows_out_of_bounds{0};
  std::atomic<uint64_t> rows_refused{0};
};

class Head {
 public:
  Head(HeadOptions options, io::FileSystem& files, FileNames names);
  ~Head();

  SymbolTable& symbols() { return symbols_; }
  const SymbolTable& symbols() const { return symbols_; }
  ShapeTable& shapes() { return shapes_; }

  storage::GroupId open_group(const Labels& labels, storage::GroupOptions options);
  void close_group(storage::GroupId group);
  // For the log's rows; nobody has it open by that.
  storage::GroupId find_group(LabelSetId labels, storage::GroupOptions options);
  storage::AppendOutcome append(storage::GroupId group, const storage::ShapePtr& shape,
                                const storage::Row& row);
  storage::AppendOutcome append_stale(storage::GroupId group, int64_t timestamp_ms);
  // A row out of the log: older than the live rows, not logged again.
  storage::AppendOutcome append_replayed(storage::GroupId group, const ShapePtr& shape,
                                         const storage::Row& row);

  // The next row of a group whose state is the log's, as pieces. False, with nothing done, when the head
  // wants it as values: the tail is full or empty, the row is not newer, or these are no pieces.
  bool append_replayed_pieces(storage::GroupId group, int64_t time_ms, std::span<const uint8_t> pieces,
                              DecodedPieces& scratch);
  // The log's next row began a tail.
  void seal_replayed(storage::GroupId group);
  // Until end_replay() the thread that replays the group's shard is its only writer.
  GroupHead& replayed_group(storage::GroupId id) { return group(id).head; }
  size_t shard_index(storage::GroupId id) const { return group(id).head.identity().shard; }

  // Until end_replay(), live rows are logged and wait, so that they follow those of the log.
  void begin_replay() { replaying_.store(true); }
  void end_replay();

  // Refuses all appends from here on.
  void stop() { stopped_.store(true); }

  // Rows before this time are in blocks.
  void set_start_ms(int64_t time_ms) { start_ms_.store(time_ms); }
  // Rows before this time are refused; they are being cut into a block.
  void set_append_start_ms(int64_t time_ms) { append_start_ms_.store(time_ms); }
  int64_t start_ms() const { return start_ms_.load(); }

  // The stretches that match, for rows from `start_ms` on.
  void select(std::span<const Matcher> matchers, storage::TimeRange range, int64_t start_ms,
              std::vector<FoundStretch>& found) const;

  // Seals what is open and older than the time, so that slabs hold every row before it.
  void seal_before(int64_t time_ms);
  // Every slab that ends before the time, group by group.
  template <class Visit>
  void visit_slabs(storage::TimeRange range, Visit&& visit) const {
    const std::shared_lock lock(scan_mutex_);
    for (size_t i = 0; i < groups_.size(); ++i) {
      const Group* const one = group_at(i);
      if (one == nullptr) continue;
      const GroupHead& head = one->head;
      GroupHead::View view = head.view(range);
      if (!view.slabs.empty()) visit(head, view.slabs);
    }
  }
  // Forgets slabs and deletes files that hold only rows before the time. Nobody reads those any more.
  void drop_before(int64_t time_ms);
  // The next rows begin other log and head files, so that the present ones can be deleted when they are in a
  // block. Returns the number that the present log files' numbers are below.
  uint64_t end_files();

  size_t shard_count() const { return shards_.size(); }
  Status write_log(size_t shard);
  Status sync_log(size_t shard);
  size_t pending_log_bytes(size_t shard) const;
  bool failing() const;
  std::vector<LogSegment> take_log_segments_before(int64_t time_ms);
  void adopt_log_segment(LogSegment segment);

  struct Size {
    uint64_t groups = 0;
    uint64_t series = 0;
    uint64_t chunks = 0;      // slabs
    int64_t time_min_ms = 0;  // both 0 without rows
    int64_t time_max_ms = 0;
    uint64_t group_memory_bytes = 0;   // newest values, where slabs are
    uint64_t tail_memory_bytes = 0;    // open rows
    uint64_t slab_memory_bytes = 0;    // sealed rows that no file took
    uint64_t symbol_memory_bytes = 0;  // texts and label sets
    uint64_t log_bytes = 0;
    uint64_t log_bytes_written = 0;
    uint64_t head_file_bytes = 0;
  };
  Size size() const;
  const HeadCounters& counters() const { return counters_; }

  // Calls visit(group labels, shape) for every group with rows.
  template <class Visit>
  void visit_groups(Visit&& visit) const {
    const std::shared_lock lock(scan_mutex_);
    for (size_t i = 0; i < groups_.size(); ++i) {
      const Group* const one = group_at(i);
      if (one == nullptr) continue;
      const GroupHead& head = one->head;
      const auto view = head.view({INT64_MIN, INT64_MAX});
      if (view.part != nullptr) visit(symbols_.label_set(head.identity().labels), view.part->layout);
    }
  }

 private:
  // Where each column of an incoming shape is in a layout.
  struct RowMap {
    bool is_identity = false;
    std::vector<uint32_t> positions;
  };
  struct WaitingRow {
    ShapePtr shape;  // null: ends every series
    int64_t time_ms;
    std::vector<double> values;
    std::vector<uint64_t> absent;
  };
  struct Group {
    explicit Group(const GroupHead::Identity& identity) : head(identity) {}
    GroupHead head;
    GroupLogState log;
    ShapePtr row_shape;                 // of the last row appended
    std::shared_ptr<const RowMap> map;  // from row_shape to the layout
    std::vector<WaitingRow> waiting;    // while the log is replayed
    uint32_t open_count = 0;            // under the mutex of the groups
  };
  struct Shard {
    Shard(const SymbolTable& symbols, io::FileSystem& files, const FileNames& names,
          std::atomic<uint64_t>& log_number, std::atomic<uint64_t>& head_number, uint64_t log_segment_bytes)
        : slabs(files, names, head_number), log(symbols, files, names, log_number, log_segment_bytes) {}

    mutable Mutex mutex;
    TailPool wide{512};
    TailPool narrow{256};
    TailPool tiny{64};
    SlabStore slabs;
    LogWriter log;
    EncodedRow encoded;
    std::vector<double> values;  // a row in layout order
    std::vector<uint64_t> absent;
  };
  enum class Source : uint8_t { Live, Waited, Replayed };

  // Null where one was taken out.
  Group* group_at(size_t index) const { return groups_[index].load(std::memory_order_acquire); }
  Group& group(storage::GroupId id) const { return *group_at(static_cast<size_t>(id)); }
  Shard& shard_of(const Group& group) const { return *shards_[group.head.identity().shard]; }
  std::vector<std::unique_ptr<Shard>> make_shards();
  static TailPool& pool_for(Shard& shard, size_t columns);

  storage::AppendOutcome append_locked(Shard& shard, Group& group, const Shape* shape,
                                       const storage::Row& row, Source source);
  std::optional<storage::AppendOutcome> refuse(const Shard& shard, const Group& group, const Shape* shape,
                                               const storage::Row& row, Source source);
  bool repeats_last_row(const Group& group, const Shape* shape, const storage::Row& row) const;
  void wait(Shard& shard, Group& group, const Shape* shape, const storage::Row& row);
  void join_waiting(Shard& shard, Group& group);
  void use_shape(Shard& shard, Group& group, const Shape& shape);
  void seal(Shard& shard, Group& group);
  static uint64_t group_key(LabelSetId labels, storage::GroupOptions options);
  uint32_t place_group(LabelSetId labels, storage::GroupOptions options) REQUIRES(groups_mutex_);
  static void forget_ended(Group& group);
  void remove_ended();
  void flush_if_large(size_t shard);

  const HeadOptions options_;
  io::FileSystem& files_;
  const FileNames names_;
  SymbolTable symbols_;
  ShapeTable shapes_{symbols_};
  const ShapePtr no_columns_ = shapes_.share({});
  std::atomic<uint64_t> next_log_number_{1};
  std::atomic<uint64_t> next_head_number_{1};
  std::vector<std::unique_ptr<Shard>> shards_;
  std::atomic<bool> replaying_{false};
  std::atomic<bool> stopped_{false};
  std::atomic<int64_t> start_ms_{INT64_MIN};
  std::atomic<int64_t> append_start_ms_{INT64_MIN};
  HeadCounters counters_;

  // Held by who goes through the groups, and alone by who frees those that were taken out at the cut before.
  // Selections need not hold it: who frees has waited for those that began before that cut.
  mutable std::shared_mutex scan_mutex_;
  Mutex groups_mutex_;
  std::unordered_map<uint64_t, uint32_t> group_ids_ GUARDED_BY(groups_mutex_);  // by label set and options
  std::vector<uint32_t> free_ids_ GUARDED_BY(groups_mutex_);
  uint64_t next_group_serial_ GUARDED_BY(groups_mutex_) = 1;
  AppendOnlyArray<std::atomic<Group*>> groups_;  // owned; null where one was taken out
  std::vector<std::unique_ptr<Group>> ended_groups_ GUARDED_BY(groups_mutex_);  // to be freed at the next cut

 public:
  // The first log file that this process writes; earlier ones are to be replayed.
  void set_next_log_number(uint64_t number) { next_log_number_.store(number); }
};

}  // namespace sonde::tsdb
