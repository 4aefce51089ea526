// Any bytes as a segment of a log, as a compressed record and as a record of each kind.
#include <cstddef>
#include <cstdint>
#include <span>

#include "scraper/prometheus_tsdb/record_compression.h"
#include "scraper/prometheus_tsdb/wal_reader.h"
#include "scraper/prometheus_tsdb/wal_records.h"
#include "tests/unit/scraper/prometheus_tsdb/formats.h"

namespace pt = sonde::prometheus_tsdb;

namespace {

constexpr size_t kUncompressedMax = 1 << 16;

template <class Reader, class Entry>
void read_entries(sonde::io::Bytes record) {
  Reader reader(record);
  Entry entry;
  while (reader.next(entry)) {
  }
}

void read_record(sonde::io::Bytes record) {
  if (record.empty()) return;
  read_entries<pt::SeriesRecordReader, pt::SeriesRecord>(record);
  read_entries<pt::SampleRecordReader, pt::SampleRecord>(record);
  read_entries<pt::TombstoneRecordReader, pt::TombstoneRecord>(record);
  (void)pt::count_exemplars(record);
  (void)pt::count_metadata(record);
  (void)pt::count_histograms(record, 0);
}

void read_segment(sonde::io::Bytes segment) {
  pt::WalReader reader(segment);
  sonde::io::Bytes record;
  for (auto more = reader.next(record); more && *more; more = reader.next(record)) read_record(record);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  read_segment(bytes);
  read_record(bytes);
  std::string out;
  for (const auto kind : {pt::RecordCompression::Snappy, pt::RecordCompression::Zstd}) {
    if (pt::uncompress_record(kind, bytes, kUncompressedMax, out)) read_record(sonde::io::as_bytes(out));
  }
  // The bytes as the record of a segment with good checksums.
  const std::string segment = pt::log_segment({std::string(sonde::io::as_text(bytes))});
  read_segment(sonde::io::as_bytes(segment));
  return 0;
}
