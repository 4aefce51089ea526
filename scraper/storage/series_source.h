#pragma once
// Reading from the database, by any thread. A selection pins what it reads: blocks and head rows stay as they
// were while it lives. Label strings are made only when asked for.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "common/metrics/labels.h"
#include "common/metrics/matcher.h"

namespace sonde::storage {

// Times are inclusive at both ends.
struct TimeRange {
  int64_t start_ms = 0;
  int64_t end_ms = 0;
};

// What the reader will do with the series, so that the source may choose a cheaper way. `range` is what must
// be read; the rest may be ignored.
struct SelectHints {
  TimeRange range;
  int64_t step_ms = 0;        // 0: one evaluation
  int64_t window_ms = 0;      // of a range selector; 0: instant
  std::string_view function;  // directly around the selector, or ""
};

// Series of one group are adjacent and share its times.
struct SelectedGroup {
  size_t series_begin = 0;
  size_t series_end = 0;
  bool absence_is_stale = true;
};

// One decoded series: values[i] belongs to times[i] of its group. present: one bit per value, low bit first;
// empty means that all are present. A value that is not present is unspecified.
struct Column {
  std::vector<double> values;
  std::vector<uint64_t> present;
  bool has(size_t i) const { return present.empty() || ((present[i / 64] >> (i % 64)) & 1) != 0; }
};

class Selection {
 public:
  virtual ~Selection() = default;

  virtual std::span<const SelectedGroup> groups() const = 0;
  virtual size_t series_count() const = 0;
  // The whole label set, metric name included. No two series of a selection have the same.
  virtual Labels labels(size_t series) const = 0;

  // The times of a group within the hinted range, ascending, replacing `times_ms`. Different groups may be
  // read by different threads at once.
  virtual Status read_times(size_t group, std::vector<int64_t>& times_ms) const = 0;
  // The values of a series at the times of its group, replacing `column`.
  virtual Status read_column(size_t series, Column& column) const = 0;
};

class SeriesSource {
 public:
  virtual ~SeriesSource() = default;

  // Series that match all matchers and may have samples in the range.
  virtual Result<std::unique_ptr<Selection>> select(std::span<const Matcher> matchers,
                                                    const SelectHints& hints) const = 0;

  // For the label APIs. `any_of` is a union of selectors; empty means everything. Sorted, unique, at most
  // `limit` (0: all).
  virtual Result<std::vector<std::string>> label_names(std::span<const std::vector<Matcher>> any_of,
                                                       TimeRange range, size_t limit) const = 0;
  virtual Result<std::vector<std::string>> label_values(std::string_view name,
                                                        std::span<const std::vector<Matcher>> any_of,
                                                        TimeRange range, size_t limit) const = 0;
  virtual Result<std::vector<Labels>> series(std::span<const std::vector<Matcher>> any_of, TimeRange range,
                                             size_t limit) const = 0;
};

}  // namespace sonde::storage
