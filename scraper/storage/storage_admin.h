#pragma once
// What an operator asks of the database: deletes, snapshots, statistics. Any thread.

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/core/result.h"
#include "common/metrics/matcher.h"
#include "scraper/storage/series_source.h"

namespace sonde::storage {

struct Statistics {
  uint64_t series = 0;  // of the head
  uint64_t label_pairs = 0;
  uint64_t chunks = 0;
  int64_t time_min_ms = 0;  // of the head
  int64_t time_max_ms = 0;
  using Top = std::vector<std::pair<std::string, uint64_t>>;
  Top series_by_metric;
  Top values_by_label;
  Top bytes_by_label;
  Top series_by_pair;  // "job=node"
};

class StorageAdmin {
 public:
  virtual ~StorageAdmin() = default;
  virtual Status delete_series(std::span<const std::vector<Matcher>> any_of, TimeRange range) = 0;
  virtual Status clean_tombstones() = 0;
  // The name of the folder that was made below snapshots/.
  virtual Result<std::string> snapshot(bool skip_head) = 0;
  virtual Statistics statistics(size_t top_count) const = 0;
};

}  // namespace sonde::storage
