// Any bytes as a log file: replay must not crash, hang or read outside, and what it accepted can be read.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "scraper/tsdb/head.h"
#include "scraper/tsdb/replay.h"

namespace {

class BytesFile final : public sonde::io::ReadableFile {
 public:
  explicit BytesFile(std::span<const std::byte> bytes) : bytes_(bytes) {}
  sonde::Result<size_t> read(uint64_t offset, std::span<std::byte> buffer) const override {
    const auto rest = bytes_.subspan(std::min<size_t>(offset, bytes_.size()));
    const size_t count = std::min(rest.size(), buffer.size());
    std::copy_n(rest.begin(), count, buffer.begin());
    return count;
  }
  uint64_t size() const override { return bytes_.size(); }

 private:
  std::span<const std::byte> bytes_;
};

void read_back(const sonde::tsdb::Head& head) {
  std::vector<sonde::tsdb::FoundStretch> found;
  head.select({}, {INT64_MIN, INT64_MAX}, INT64_MIN, found);
  const auto selection = sonde::tsdb::make_selection(std::move(found), {});
  std::vector<int64_t> times_ms;
  sonde::storage::Column column;
  for (size_t g = 0; g < selection->groups().size(); ++g) (void)selection->read_times(g, times_ms);
  for (size_t s = 0; s < selection->series_count(); ++s) (void)selection->read_column(s, column);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
  sonde::tsdb::Head head({.shard_count = 1, .block_range_ms = 7200000, .log_segment_bytes = 1 << 20},
                         sonde::io::real_file_system(), sonde::tsdb::FileNames{"/nonexistent"});
  sonde::tsdb::LogReplay replay(head);
  // The first byte chooses between a file with its checksums and a bare batch, which gets further.
  if ((data[0] & 1) != 0) {
    (void)replay.read_file(BytesFile(bytes));
  } else {
    replay.read_batch(sonde::io::as_text(bytes));
  }
  read_back(head);
  return 0;
}
