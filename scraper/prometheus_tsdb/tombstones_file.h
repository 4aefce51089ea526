#pragma once
// What was deleted and is still there: the file `tombstones` of a block ("0130ba30", version 1, per interval
// the series (varint), first and last time (zigzag varints), crc32c of the intervals), and the intervals of a
// log's tombstone records.

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/core/result.h"
#include "common/io/file_system.h"
#include "scraper/prometheus_tsdb/sample.h"

namespace sonde::prometheus_tsdb {

class DeletedIntervals {
 public:
  // Both times are deleted, too.
  void add(uint64_t series, int64_t time_min_ms, int64_t time_max_ms);
  bool empty() const { return intervals_.empty(); }
  // Takes the deleted samples of the series out, from index `begin` on; says how many.
  size_t remove_from(uint64_t series, std::vector<Sample>& samples, size_t begin) const;

 private:
  struct Interval {
    int64_t time_min_ms;
    int64_t time_max_ms;
  };
  std::unordered_map<uint64_t, std::vector<Interval>> intervals_;  // by series
};

Result<DeletedIntervals> read_tombstones(io::Bytes file);

}  // namespace sonde::prometheus_tsdb
