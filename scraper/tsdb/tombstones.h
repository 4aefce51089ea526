#pragma once
// What was deleted and may still be in blocks or the head. A tombstone is a selector and a range of time; it
// hides samples at once, and goes when the blocks it concerns were written without them. Samples that come
// later are not concerned: the range ends at what there was.
//
// File TOMBSTONES, replaced whole at each change: "SNT1", then per tombstone
//   length u32 | crc32c u32 of the body | start i64 | end i64 | matchers varint
//   | per matcher: type u8 (0 =, 1 !=, 2 =~, 3 !~), name and value, each a varint length and its bytes

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/core/mutex.h"
#include "common/core/result.h"
#include "common/io/file_system.h"
#include "common/metrics/matcher.h"
#include "scraper/storage/series_source.h"
#include "scraper/tsdb/selection.h"
#include "scraper/tsdb/series_filter.h"

namespace sonde::tsdb {

inline constexpr size_t kTombstonesMax = 10000;
inline constexpr uint64_t kTombstoneBytesMax = 16 << 20;  // of all, as they are in the file

struct Tombstone {
  std::vector<Matcher> matchers;
  storage::TimeRange range;
  // Series that match one of these stay. For rules of retention, which are made anew from the configuration
  // and never in the file.
  std::vector<std::vector<Matcher>> except = {};
};
using TombstoneList = std::vector<Tombstone>;

std::string write_tombstones(const TombstoneList& tombstones);
// Fails on anything that is not whole.
Result<TombstoneList> read_tombstones(std::string_view bytes);

// The list and its file. Any thread.
class TombstoneStore {
 public:
  TombstoneStore(io::FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}

  Status open();
  std::shared_ptr<const TombstoneList> snapshot() const;
  // On disk when it returns. LimitExceeded when there are too many.
  Status add(TombstoneList added);
  // Takes out those of the first `count` that end before the time. Others may have been added meanwhile.
  Status remove_before(int64_t time_ms, size_t count);

 private:
  Status replace(TombstoneList list) REQUIRES(write_mutex_);

  io::FileSystem& files_;
  const std::string path_;
  Mutex write_mutex_;    // one change at a time, its sync included
  mutable Mutex mutex_;  // held for a pointer's copy: queries take it
  std::shared_ptr<const TombstoneList> list_ GUARDED_BY(mutex_) = std::make_shared<TombstoneList>();
};

// What tombstones take from the series of one source. One thread; the source lives as long as it.
class Eraser {
 public:
  Eraser(std::shared_ptr<const TombstoneList> tombstones, const SymbolSource& symbols);

  struct Erased {
    std::vector<uint32_t> whole;  // columns of which nothing is left in the extent, ascending
    std::vector<std::pair<uint32_t, storage::TimeRange>> partly;  // other columns and what they lose

    bool empty() const { return whole.empty() && partly.empty(); }
  };
  Erased find(std::span<const LabelRef> group_labels, ShapeView shape, storage::TimeRange extent);

 private:
  struct Filters {
    SeriesFilter erased;
    std::vector<SeriesFilter> kept;
  };
  Filters& filters_of(size_t index);
  std::vector<uint32_t> columns_of(size_t index, std::span<const LabelRef> group_labels, ShapeView shape);

  std::shared_ptr<const TombstoneList> tombstones_;
  const SymbolSource& symbols_;
  std::vector<std::optional<Filters>> filters_;  // made when a tombstone's time is met
};

// Takes what was deleted out of what a selector found.
void erase(std::vector<FoundStretch>& found, const std::shared_ptr<const TombstoneList>& tombstones);

// Clears the bits of the times within the range; bit i of `present` belongs to times_ms[i - first_bit].
void clear_bits(std::span<const int64_t> times_ms, storage::TimeRange range, uint64_t* present,
                size_t first_bit);

}  // namespace sonde::tsdb
