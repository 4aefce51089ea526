#include "scraper/prometheus_tsdb/block_cursor.h"

#include <algorithm>

namespace sonde::prometheus_tsdb {

Result<bool> BlockCursor::next() {
  for (;;) {
    const auto more = block_.index().next(position_, series_);
    if (!more) return more.error().in(block_.index_path());
    if (!*more) return false;
    const bool is_wanted = std::ranges::any_of(series_.chunks, [&](const ChunkMeta& chunk) {
      return window_.overlaps(chunk.time_min_ms, chunk.time_max_ms);
    });
    if (!is_wanted) continue;
    auto labels = block_.index().labels(series_);
    if (!labels) return labels.error().in(block_.index_path());
    labels_ = *std::move(labels);
    if (!labels_.empty()) return true;
  }
}

Status BlockCursor::read(std::vector<Sample>& out) {
  const size_t begin = out.size();
  for (const ChunkMeta& meta : series_.chunks) {
    if (!window_.overlaps(meta.time_min_ms, meta.time_max_ms)) continue;
    const auto chunk = block_.chunks().chunk(meta.reference);
    if (!chunk) return chunk.error();
    if (is_histogram(chunk->encoding)) {
      // Counted once, where it begins.
      if (window_.holds(meta.time_min_ms)) left_behind_.block_histograms += chunk_sample_count(*chunk);
      continue;
    }
    const size_t before = out.size();
    if (auto read = read_chunk(*chunk, out); !read) {
      return read.error().in(block_.index_path() + ": byte " + std::to_string(series_.offset) + ": chunk " +
                             std::to_string(meta.reference >> 32) + ":" +
                             std::to_string(meta.reference & UINT32_MAX));
    }
    out.erase(std::remove_if(out.begin() + static_cast<ptrdiff_t>(before), out.end(),
                             [&](const Sample& sample) { return !window_.holds(sample.time_ms); }),
              out.end());
  }
  (void)block_.deleted().remove_from(series_.reference, out, begin);
  return Ok{};
}

}  // namespace sonde::prometheus_tsdb
