// Any bytes as a chunk, as times, as a MANIFEST line and as tombstones: decoding must not read outside or
// write more than it may.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "common/io/file_system.h"
#include "scraper/tsdb/catalog.h"
#include "scraper/tsdb/chunk_codec.h"
#include "scraper/tsdb/times_codec.h"
#include "scraper/tsdb/tombstones.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;

  const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
  const size_t count = data[0] % sonde::tsdb::kChunkRowsMax + 1;
  double values[sonde::tsdb::kChunkRowsMax];
  uint64_t present[sonde::tsdb::kChunkBitmapWords];
  (void)sonde::tsdb::read_chunk(bytes, count, values, present);
  int64_t times_ms[sonde::tsdb::kChunkRowsMax];
  (void)sonde::tsdb::read_times(bytes, count, times_ms);
  (void)sonde::tsdb::check_manifest_line(sonde::io::as_text(bytes));
  (void)sonde::tsdb::read_tombstones(sonde::io::as_text(bytes));
  return 0;
}
