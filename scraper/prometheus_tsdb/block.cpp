#include "scraper/prometheus_tsdb/block.h"

#include <utility>

#include "scraper/prometheus_tsdb/block_cursor.h"
#include "scraper/prometheus_tsdb/whole_file.h"

namespace sonde::prometheus_tsdb {
namespace {

constexpr uint64_t kTombstonesBytesMax = 1ULL << 30;

int64_t floor_to(int64_t time_ms, int64_t range_ms) {
  const int64_t rest = time_ms % range_ms;
  return time_ms - (rest < 0 ? rest + range_ms : rest);
}

}  // namespace

Result<std::unique_ptr<Block>> Block::open(io::FileSystem& files, const BlockFolder& folder) {
  std::unique_ptr<Block> block(new Block);  // The constructor is private.
  block->index_path_ = folder.path + "/index";
  auto file = map_whole(files, block->index_path_);
  if (!file) return file.error();
  block->index_file_ = *std::move(file);
  auto index = IndexReader::open(block->index_file_.bytes());
  if (!index) return index.error().in(block->index_path_);
  block->index_ = std::make_unique<IndexReader>(*std::move(index));
  auto chunks = ChunkSegments::open(files, folder.path + "/chunks");
  if (!chunks) return chunks.error();
  block->chunks_ = *std::move(chunks);
  const std::string tombstones_path = folder.path + "/tombstones";
  if (!files.exists(tombstones_path)) return block;
  const auto content = io::read_file(files, tombstones_path, kTombstonesBytesMax);
  if (!content) return content.error();
  auto deleted = read_tombstones(io::as_bytes(*content));
  if (!deleted) return deleted.error().in(tombstones_path);
  block->deleted_ = *std::move(deleted);
  return block;
}

Status Block::add_windows(int64_t range_ms, size_t windows_max, std::set<int64_t>& windows) const {
  IndexSeries series;
  for (size_t position = index_->series_begin();;) {
    const auto more = index_->next(position, series);
    if (!more) return more.error().in(index_path_);
    if (!*more) return Ok{};
    for (const ChunkMeta& chunk : series.chunks) {
      for (int64_t begin_ms = floor_to(chunk.time_min_ms, range_ms); begin_ms <= chunk.time_max_ms;
           begin_ms += range_ms) {
        windows.insert(begin_ms);
        if (windows.size() > windows_max) {
          return Error(ErrorCode::LimitExceeded,
                       index_path_ + ": byte " + std::to_string(series.offset) +
                           ": the samples lie in more than " + std::to_string(windows_max) +
                           " windows: ask for longer ones with --max-block-duration");
        }
      }
    }
  }
}

std::unique_ptr<SeriesCursor> Block::cursor(TimeWindow window, LeftBehind& left_behind) const {
  return std::make_unique<BlockCursor>(*this, window, left_behind);
}

}  // namespace sonde::prometheus_tsdb
