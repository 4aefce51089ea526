#include "scraper/tsdb/block_check.h"

#include <array>
#include <bit>
#include <string>

#include "scraper/tsdb/chunk_codec.h"
#include "scraper/tsdb/times_codec.h"

namespace sonde::tsdb {
namespace {

uint64_t count_present(const std::array<uint64_t, kChunkBitmapWords>& present, size_t rows) {
  uint64_t count = 0;
  for (size_t word = 0; word * 64 < rows; ++word) {
    const size_t bits = std::min<size_t>(64, rows - word * 64);
    const uint64_t mask = bits == 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1;
    count += static_cast<uint64_t>(std::popcount(present[word] & mask));
  }
  return count;
}

Status check_times(const BlockReader& block, const BlockPart& part) {
  std::array<int64_t, kChunkRowsMax> times_ms;
  int64_t before_ms = part.time_min_ms;
  for (const BlockRowGroup& group : block.row_groups(part)) {
    if (!read_times(block.times(group), group.row_count, times_ms.data()))
      return Error(ErrorCode::Corrupt, "the times of a row group cannot be decoded");
    const bool is_in_order = times_ms[0] == group.time_min_ms && group.time_min_ms >= before_ms &&
                             times_ms[group.row_count - 1] == group.time_max_ms;
    if (!is_in_order) return Error(ErrorCode::Corrupt, "the times of a row group are not what it says");
    before_ms = group.time_max_ms;
  }
  return Ok{};
}

Status check_column(const BlockReader& block, const BlockPart& part, size_t column, BlockContent& content) {
  BlockRunReader run(block, part, column);
  std::array<double, kChunkRowsMax> values;
  std::array<uint64_t, kChunkBitmapWords> present;
  const std::byte* before = nullptr;
  for (const BlockRowGroup& group : block.row_groups(part)) {
    if (auto moved = run.next(); !moved) return moved;
    if (!read_chunk(run.chunk(), group.row_count, values.data(), present.data())) return damaged_chunk();
    ++content.chunks;
    content.samples += count_present(present, group.row_count);
    if (run.chunk().data() == before) {
      ++content.repeated_chunks;
    } else {
      content.chunk_bytes += run.chunk().size();
    }
    before = run.chunk().data();
  }
  return Ok{};
}

}  // namespace

Result<BlockContent> check_block(const BlockReader& block) {
  BlockContent content;
  for (size_t i = 0; i < block.parts().size(); ++i) {
    const BlockPart& part = block.parts()[i];
    const auto where = [&](const Error& error) {
      return Error(error.code(), "part " + std::to_string(i) + ": " + error.message());
    };
    if (auto times = check_times(block, part); !times) return where(times.error());
    for (size_t column = 0; column < block.shape(part.shape).columns.size(); ++column) {
      auto done = check_column(block, part, column, content);
      if (!done) return where(done.error().in("column " + std::to_string(column)));
    }
  }
  return content;
}

}  // namespace sonde::tsdb
