#pragma once
// The records of a write-ahead log (tsdb/docs/format/wal.md, tsdb/record/record.go): the first byte is the
// type. Readers are sticky: call next() until it is false, then ask failed(). They point into the record.

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "common/core/result.h"
#include "common/io/byte_reader.h"
#include "common/io/file_system.h"
#include "scraper/prometheus_tsdb/sample.h"

namespace sonde::prometheus_tsdb {

enum class RecordType : uint8_t {
  Series = 1,
  Samples = 2,
  Tombstones = 3,
  Exemplars = 4,
  MmapMarkers = 5,
  Metadata = 6,
  Histograms = 7,
  FloatHistograms = 8,
  CustomHistograms = 9,
  CustomFloatHistograms = 10,
  SamplesV2 = 11,
  HistogramsV2 = 12,
  FloatHistogramsV2 = 13,
};

// Of a record that is not empty.
inline RecordType record_type(io::Bytes record) {
  return static_cast<RecordType>(record[0]);
}

struct SeriesRecord {
  uint64_t reference = 0;
  std::vector<std::pair<std::string_view, std::string_view>> labels;  // sorted by name
};

class SeriesRecordReader {
 public:
  explicit SeriesRecordReader(io::Bytes record) : reader_(record.subspan(1)) {}
  bool next(SeriesRecord& series);
  bool failed() const { return reader_.failed(); }

 private:
  io::ByteReader reader_;
};

struct SampleRecord {
  uint64_t reference = 0;
  Sample sample;
};

// Both versions.
class SampleRecordReader {
 public:
  explicit SampleRecordReader(io::Bytes record);
  bool next(SampleRecord& out);
  bool failed() const { return reader_.failed(); }

 private:
  io::ByteReader reader_;
  bool is_v2_;
  bool is_first_ = true;
  uint64_t reference_ = 0;  // the first of version 1, the one before of version 2
  uint64_t time_ms_ = 0;    // the first
};

struct TombstoneRecord {
  uint64_t reference = 0;
  int64_t time_min_ms = 0;
  int64_t time_max_ms = 0;
};

class TombstoneRecordReader {
 public:
  explicit TombstoneRecordReader(io::Bytes record) : reader_(record.subspan(1)) {}
  bool next(TombstoneRecord& out);
  bool failed() const { return reader_.failed(); }

 private:
  io::ByteReader reader_;
};

// How many entries a record of exemplars, metadata or histograms has. Histograms before `time_min_ms` do not
// count. Corrupt when the record is damaged.
Result<uint64_t> count_exemplars(io::Bytes record);
Result<uint64_t> count_metadata(io::Bytes record);
Result<uint64_t> count_histograms(io::Bytes record, int64_t time_min_ms);

}  // namespace sonde::prometheus_tsdb
