#pragma once
// What a scraper remembers of a body: its text without the values, and where the value of each line goes. The
// next body of the target, and of every other target like it, is read by comparing bytes (body_reader.h).
// Immutable once made, so that loops on different threads share one; made by memo_builder.h.

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/core/mutex.h"
#include "common/exposition/text_reader.h"
#include "common/metrics/family.h"
#include "common/metrics/labels.h"
#include "scraper/scrape/target_status.h"
#include "scraper/storage/row.h"

namespace sonde::scrape {

// The series about the scrape itself, columns of the target's own group after the scraped ones.
enum class Report : uint8_t {
  Up,
  Duration,
  SamplesScraped,
  SamplesPostRelabeling,
  SeriesAdded,
  // Where extra metrics are on:
  Timeout,
  SampleLimit,
  BodySize,
};
inline constexpr size_t kReportsMax = 8;
inline constexpr size_t kReportsDefault = 5;
inline constexpr uint32_t kNoColumn = UINT32_MAX;
std::string_view report_name(Report report);

// Where a line's value goes.
enum class LineKind : uint8_t {
  Main,    // a column of the target's group
  Stray,   // a column of a group of its own: other labels than the target's, or a timestamp
  Dropped  // nowhere: a relabel rule dropped it
};

struct MemoLine {
  uint32_t end = 0;           // of its text; it begins where the line before ends
  uint32_t series_begin = 0;  // after the comments before it
  uint32_t series_size = 0;   // without the blanks before the value
  uint32_t slot = 0;          // among the columns, or among the stray values
  LineKind kind = LineKind::Dropped;
  MetricType type = MetricType::Untyped;  // of the last TYPE line; it decides how `le` is normalised
};

// Series that do not share the labels or the timestamp of the rest. Those with the same values in place of
// the target's are a group, so that what one source pushed or one federated target exposed is a row; series
// with timestamps of their own are one where all their labels but the name are equal.
struct StrayGroup {
  Labels own;                        // in place of the target's, or besides them
  std::vector<std::string> removed;  // target labels that they do not have
  std::vector<Labels> columns;       // the other labels with the name, for each slot
  uint32_t slot_begin = 0;
  bool stamped = false;  // has timestamps of its own
};

class Memo {
 public:
  std::string text;  // of all lines, then what follows the last value
  std::vector<MemoLine> lines;
  exposition::Dialect dialect = exposition::Dialect::Text;
  size_t column_count = 0;  // scraped ones; the reports follow unless a scraped series has the name
  size_t row_size = 0;      // columns of the group, reports included
  std::array<uint32_t, kReportsMax> report_columns = no_columns();  // kNoColumn for reports that are off
  storage::ShapePtr shape;
  std::vector<StrayGroup> strays;
  size_t stray_count = 0;  // values in all of them

  std::string_view line_text(size_t line) const {
    const size_t begin = line == 0 ? 0 : lines[line - 1].end;
    return std::string_view(text).substr(begin, lines[line].end - begin);
  }
  std::string_view series(size_t line) const {
    return std::string_view(text).substr(lines[line].series_begin, lines[line].series_size);
  }
  std::string_view tail() const {
    return std::string_view(text).substr(lines.empty() ? 0 : lines.back().end);
  }

  // The line of this series; its table is made at the first call.
  std::optional<size_t> find(std::string_view series) const;

  // What the HELP, TYPE and UNIT lines say.
  std::vector<FamilyMetadata> metadata() const;

 private:
  static constexpr std::array<uint32_t, kReportsMax> no_columns() {
    std::array<uint32_t, kReportsMax> columns{};
    columns.fill(kNoColumn);
    return columns;
  }

  mutable std::once_flag table_made_;
  mutable std::vector<uint32_t> table_;  // open addressing: line + 1, 0 is free; written once, under the flag
};

// The memos of a pool that are in use, by what they are made of, so that equal targets share one. Any thread.
class MemoTable {
 public:
  // What has to be equal for sharing, besides the text: the target's label names, its values where the rules
  // look at them, and which lines have timestamps.
  struct Key {
    std::string target;
    std::string_view text;
    exposition::Dialect dialect = exposition::Dialect::Text;
  };
  std::shared_ptr<const Memo> find(const Key& key) const;
  void add(const Key& key, const std::shared_ptr<const Memo>& memo);
  size_t size() const;

 private:
  static uint64_t hash(const Key& key);

  mutable Mutex mutex_;
  struct Entry {
    std::string target;
    std::weak_ptr<const Memo> memo;  // The loops hold it; when the last has gone, so has this.
  };
  std::unordered_multimap<uint64_t, Entry> entries_ GUARDED_BY(mutex_);
};

}  // namespace sonde::scrape
