#pragma once
// Appending to the database. A group belongs to one writer at a time (a scrape loop, a rule group), but for
// groups of one series, which several may append to in turns; different groups may be appended to from
// different threads.

#include <cstdint>
#include <span>
#include <vector>

#include "common/core/result.h"
#include "scraper/storage/row.h"

namespace sonde::storage {

struct GroupOptions {
  // Whether a column that was present in one row and is absent in the next ends there (a stale marker). False
  // for samples with explicit timestamps, whose absence means nothing.
  bool absence_is_stale = true;
};

// What became of a row. Rows are atomic: all columns or none.
enum class AppendOutcome : uint8_t {
  Stored,
  OutOfOrder,   // older than the group's newest row
  Duplicate,    // the group's newest row has this timestamp, with other values
  OutOfBounds,  // too far in the past for the head
  Refused,      // the disk is full or the database is closing; `AppendResult::error` of the log says more
};

class SampleSink {
 public:
  virtual ~SampleSink() = default;

  // The shape with exactly these columns in this order; equal lists give the same one. Columns are complete
  // label sets less the group's labels, with no two alike. Never fails for valid label sets.
  virtual ShapePtr intern_shape(std::span<const Labels> columns) = 0;

  // The group with these labels (job, instance, …); opened again, it goes on where it was. `labels` may be
  // empty. The id is good until close_group() was called as often as this (open_group.h does it).
  virtual GroupId open_group(const Labels& labels, GroupOptions options) = 0;

  // Appends one row with the columns of `shape`. A shape other than the last one's is how series come and go:
  // columns are known by their labels, and those that are gone end as if absent.
  virtual AppendOutcome append(GroupId group, const ShapePtr& shape, const Row& row) = 0;

  // Ends every series of the group at this time (a failed scrape, a removed target).
  virtual AppendOutcome append_stale(GroupId group, int64_t timestamp_ms) = 0;

  // A writer is done with it; its rows stay.
  virtual void close_group(GroupId group) = 0;
};

}  // namespace sonde::storage
