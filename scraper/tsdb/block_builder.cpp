#include "scraper/tsdb/block_builder.h"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "common/metrics/labels.h"
#include "scraper/tsdb/block_writer.h"
#include "scraper/tsdb/file_names.h"
#include "scraper/tsdb/group_head.h"
#include "scraper/tsdb/merge_plan.h"
#include "scraper/tsdb/shape.h"
#include "scraper/tsdb/slab_rows.h"
#include "scraper/tsdb/tail_pool.h"

namespace sonde::tsdb {
namespace {

constexpr size_t kBuilderBlockBytes = 64;

struct Sample {
  int64_t time_ms;
  double value;
};

void sort_and_keep_last(std::vector<Sample>& samples) {
  std::ranges::stable_sort(samples, {}, &Sample::time_ms);
  const auto kept = std::unique(samples.rbegin(), samples.rend(),
                                [](const Sample& a, const Sample& b) { return a.time_ms == b.time_ms; });
  samples.erase(samples.begin(), kept.base());
}

}  // namespace

struct BlockBuilder::Parts {
  explicit Parts(BlockBuilderOptions opts)
      : options(std::move(opts)),
        files(options.file_system != nullptr ? *options.file_system : io::real_file_system()) {}

  // A series is a group with one column that has no labels of its own.
  void add_series(BlockInput& input, LabelSetId labels, std::span<const Sample> samples);
  Result<BuiltBlock> write(int64_t begin_ms, const std::map<LabelSetId, std::vector<Sample>>& series);

  BlockBuilderOptions options;
  io::FileSystem& files;
  SymbolTable symbols;
  ShapeTable shapes{symbols};
  TailPool pool{kBuilderBlockBytes};
  EncodedRow scratch;
  std::deque<std::string> slabs;  // of the block being written
  // By the beginning of the block's range.
  std::map<int64_t, std::map<LabelSetId, std::vector<Sample>>> windows;
};

BlockBuilder::BlockBuilder(BlockBuilderOptions options)
    : parts_(std::make_unique<Parts>(std::move(options))) {}
BlockBuilder::~BlockBuilder() = default;

Status BlockBuilder::add(const Labels& labels, std::span<const int64_t> times_ms,
                         std::span<const double> values) {
  if (times_ms.size() != values.size())
    return Error(ErrorCode::InvalidArgument, "as many times as values are needed");
  if (labels.empty()) return Error(ErrorCode::InvalidArgument, "a series needs labels");
  const LabelSetId set = parts_->symbols.intern(labels);
  for (size_t i = 0; i < times_ms.size(); ++i) {
    const int64_t begin_ms = floor_to(times_ms[i], parts_->options.block_range_ms);
    parts_->windows[begin_ms][set].push_back({times_ms[i], values[i]});
  }
  return Ok{};
}

void BlockBuilder::Parts::add_series(BlockInput& input, LabelSetId labels, std::span<const Sample> samples) {
  GroupHead::Identity identity;
  identity.labels = labels;
  GroupHead head(identity);
  const ShapePtr shape = shapes.share({symbols.intern(Labels())});
  head.grow(shape, pool);
  const auto seal = [&] {
    std::vector<SlabRef> sealed;
    for (const auto& built : head.build_slabs(options.block_range_ms)) {
      sealed.push_back(built.ref(io::as_bytes(slabs.emplace_back(built.bytes)).data()));
    }
    head.publish_seal(std::move(sealed), pool);
  };
  for (const Sample& sample : samples) {
    if (head.must_seal(sample.time_ms, kRowsPerSeal)) seal();
    head.append(sample.time_ms, &sample.value, nullptr, scratch, pool);
  }
  seal();
  input.parts.push_back(
      {labels, false, shape, std::make_unique<SlabRows>(head.view({INT64_MIN, INT64_MAX}).slabs)});
}

Result<BuiltBlock> BlockBuilder::Parts::write(int64_t begin_ms,
                                              const std::map<LabelSetId, std::vector<Sample>>& series) {
  BlockInput input;
  input.source = BlockSource::Import;
  slabs.clear();
  for (auto [labels, samples] : series) {
    sort_and_keep_last(samples);
    add_series(input, labels, samples);
  }
  BuiltBlock built;
  for (uint64_t number = 1;; ++number) {
    built.name = std::to_string(begin_ms) + "-" + std::to_string(begin_ms + options.block_range_ms) +
                 "-import-" + std::to_string(number) + std::string(kBlockSuffix);
    built.path = options.path + "/" + built.name;
    if (!files.exists(built.path)) break;
  }
  auto info = write_block(files, built.path, symbols, input);
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

Result<std::vector<BuiltBlock>> BlockBuilder::finish() {
  if (auto made = parts_->files.make_directories(parts_->options.path); !made) return made.error();
  std::vector<BuiltBlock> built;
  for (const auto& [begin_ms, series] : std::exchange(parts_->windows, {})) {
    auto block = parts_->write(begin_ms, series);
    if (!block) return block.error();
    built.push_back(*std::move(block));
  }
  return built;
}

}  // namespace sonde::tsdb
