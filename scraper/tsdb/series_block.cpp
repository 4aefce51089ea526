#include "scraper/tsdb/series_block.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "scraper/tsdb/file_names.h"
#include "scraper/tsdb/slab_rows.h"

namespace sonde::tsdb {
namespace {

constexpr size_t kTailBlockBytes = 64;
constexpr size_t kSlabsBytes = 1 << 20;
constexpr size_t kPartMemoryBytes = 256;  // of a series, beside its labels and slabs

}  // namespace

// A series is a group with one column that has no labels of its own.
SeriesBlock::SeriesBlock(int64_t begin_ms, int64_t range_ms)
    : begin_ms_(begin_ms),
      range_ms_(range_ms),
      pool_(kTailBlockBytes),
      shape_(shapes_.share({symbols_.intern(Labels())})) {
  input_.source = BlockSource::Import;
}

const std::byte* SeriesBlock::keep(std::string_view bytes) {
  if (slabs_.empty() || slabs_.back().size() + bytes.size() > slabs_.back().capacity())
    slabs_.emplace_back().reserve(std::max(kSlabsBytes, bytes.size()));
  std::string& slabs = slabs_.back();
  const size_t at = slabs.size();
  slabs += bytes;
  memory_bytes_ += bytes.size();
  return io::as_bytes(slabs).data() + at;
}

void SeriesBlock::seal(GroupHead& head) {
  std::vector<SlabRef> sealed;
  for (const auto& built : head.build_slabs(range_ms_)) sealed.push_back(built.ref(keep(built.bytes)));
  memory_bytes_ += sealed.size() * sizeof(SlabRef);
  head.publish_seal(std::move(sealed), pool_);
}

void SeriesBlock::add(const Labels& labels, std::span<const SeriesSample> samples) {
  GroupHead::Identity identity;
  identity.labels = symbols_.intern(labels);
  GroupHead head(identity);
  head.grow(shape_, pool_);
  for (const SeriesSample& sample : samples) {
    if (head.must_seal(sample.time_ms, kRowsPerSeal)) seal(head);
    head.append(sample.time_ms, &sample.value, nullptr, scratch_, pool_);
  }
  seal(head);
  memory_bytes_ += kPartMemoryBytes;
  input_.parts.push_back(
      {identity.labels, false, shape_, std::make_unique<SlabRows>(head.view({INT64_MIN, INT64_MAX}).slabs)});
}

std::string SeriesBlock::name(int64_t begin_ms, int64_t range_ms, uint64_t number) {
  return std::to_string(begin_ms) + "-" + std::to_string(begin_ms + range_ms) + "-import-" +
         std::to_string(number) + std::string(kBlockSuffix);
}

Result<BuiltBlock> SeriesBlock::write(io::FileSystem& files, const std::string& folder) {
  BuiltBlock built;
  for (uint64_t number = 1; built.name.empty() || files.exists(built.path); ++number) {
    built.name = name(begin_ms_, range_ms_, number);
    built.path = folder + "/" + built.name;
  }
  auto info = write_block(files, built.path, symbols_, input_);
  if (!info) return info.error();
  built.time_min_ms = info->time_min_ms;
  built.time_max_ms = info->time_max_ms;
  built.series = info->series;
  built.samples = info->samples;
  auto file = files.open_read(built.path);
  if (!file) return file.error();
  built.size_bytes = (*file)->size();
  return built;
}

}  // namespace sonde::tsdb
