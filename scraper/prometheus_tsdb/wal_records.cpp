#include "scraper/prometheus_tsdb/wal_records.h"

#include <string>

#include "scraper/prometheus_tsdb/big_endian.h"

namespace sonde::prometheus_tsdb {
namespace {

enum StartMarker : uint8_t { kNoStart = 0, kSameStart = 1 };  // anything else: the difference follows

constexpr int64_t kCustomBuckets = -53;  // the schema of histograms with bounds of their own

void skip_labels(io::ByteReader& reader) {
  for (uint64_t count = reader.varint(); count > 0 && !reader.failed(); --count) {
    (void)reader.sized_text();
    (void)reader.sized_text();
  }
}

// When a counter began, which version 2 tells of each entry but the first.
void skip_start(io::ByteReader& reader) {
  const uint8_t marker = reader.u8();
  if (marker != kNoStart && marker != kSameStart) (void)reader.varint();
}

template <class Skip>
void skip_list(io::ByteReader& reader, Skip skip) {
  for (uint64_t count = reader.varint(); count > 0 && !reader.failed(); --count) skip();
}

void skip_histogram(io::ByteReader& reader, bool is_float) {
  const auto varint = [&] { (void)reader.varint(); };
  const auto number = [&] { (void)reader.u64(); };
  const auto span = [&] {
    (void)reader.varint();
    (void)reader.varint();
  };
  const auto bucket = [&] { is_float ? number() : varint(); };
  (void)reader.u8();  // counter reset hint
  const int64_t schema = reader.signed_varint();
  number();  // zero threshold
  bucket();  // zero count
  bucket();  // count
  number();  // sum
  skip_list(reader, span);
  skip_list(reader, span);
  skip_list(reader, bucket);
  skip_list(reader, bucket);
  if (schema == kCustomBuckets) skip_list(reader, number);
}

Result<uint64_t> counted(const io::ByteReader& reader, uint64_t count) {
  if (reader.failed()) return Error(ErrorCode::Corrupt, "the record makes no sense");
  return count;
}

}  // namespace

bool SeriesRecordReader::next(SeriesRecord& series) {
  if (reader_.at_end()) return false;
  series.reference = read_be64(reader_);
  series.labels.clear();
  const uint64_t count = reader_.varint();
  for (uint64_t i = 0; i < count && !reader_.failed(); ++i) {
    const std::string_view name = reader_.sized_text();
    const std::string_view value = reader_.sized_text();
    series.labels.emplace_back(name, value);
  }
  return !reader_.failed();
}

SampleRecordReader::SampleRecordReader(io::Bytes record)
    : reader_(record.subspan(1)), is_v2_(record_type(record) == RecordType::SamplesV2) {
  if (is_v2_ || reader_.at_end()) return;
  reference_ = read_be64(reader_);
  time_ms_ = read_be64(reader_);
}

bool SampleRecordReader::next(SampleRecord& out) {
  if (reader_.at_end()) return false;
  uint64_t reference = reference_ + static_cast<uint64_t>(reader_.signed_varint());
  uint64_t time_ms = time_ms_ + static_cast<uint64_t>(reader_.signed_varint());
  if (is_v2_) {
    reference_ = reference;
    if (is_first_) {
      time_ms_ = time_ms;
      (void)reader_.varint();
    } else {
      skip_start(reader_);
    }
    is_first_ = false;
  }
  out.reference = reference;
  out.sample.time_ms = static_cast<int64_t>(time_ms);
  out.sample.value = read_be_double(reader_);
  if (!is_plausible_time(out.sample.time_ms)) reader_.fail();
  return !reader_.failed();
}

bool TombstoneRecordReader::next(TombstoneRecord& out) {
  if (reader_.at_end()) return false;
  out.reference = read_be64(reader_);
  out.time_min_ms = reader_.signed_varint();
  out.time_max_ms = reader_.signed_varint();
  return !reader_.failed();
}

Result<uint64_t> count_exemplars(io::Bytes record) {
  io::ByteReader reader(record.subspan(1));
  uint64_t count = 0;
  if (!reader.at_end()) {
    (void)reader.u64();
    (void)reader.u64();
  }
  for (; !reader.at_end(); ++count) {
    (void)reader.varint();
    (void)reader.varint();
    (void)reader.u64();
    skip_labels(reader);
  }
  return counted(reader, count);
}

Result<uint64_t> count_metadata(io::Bytes record) {
  io::ByteReader reader(record.subspan(1));
  uint64_t count = 0;
  for (; !reader.at_end(); ++count) {
    (void)reader.varint();
    (void)reader.u8();
    skip_labels(reader);  // fields are pairs of texts, too
  }
  return counted(reader, count);
}

Result<uint64_t> count_histograms(io::Bytes record, int64_t time_min_ms) {
  const RecordType type = record_type(record);
  const bool is_v2 = type == RecordType::HistogramsV2 || type == RecordType::FloatHistogramsV2;
  const bool is_float = type == RecordType::FloatHistograms || type == RecordType::CustomFloatHistograms ||
                        type == RecordType::FloatHistogramsV2;
  io::ByteReader reader(record.subspan(1));
  uint64_t count = 0;
  uint64_t first_ms = 0;
  if (!reader.at_end()) {
    if (is_v2) {
      (void)reader.varint();
      first_ms = static_cast<uint64_t>(reader.signed_varint());
      (void)reader.varint();
    } else {
      (void)reader.u64();
      first_ms = read_be64(reader);
    }
  }
  for (bool is_first = true; !reader.at_end(); is_first = false) {
    uint64_t time_ms = first_ms;
    if (!is_v2 || !is_first) {
      (void)reader.varint();
      time_ms += static_cast<uint64_t>(reader.signed_varint());
    }
    if (is_v2 && !is_first) skip_start(reader);
    skip_histogram(reader, is_float);
    if (static_cast<int64_t>(time_ms) >= time_min_ms) ++count;
  }
  return counted(reader, count);
}

}  // namespace sonde::prometheus_tsdb
