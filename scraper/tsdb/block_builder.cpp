#include "scraper/tsdb/block_builder.h"

#include <algorithm>
#include <map>
#include <utility>

#include "scraper/tsdb/merge_plan.h"

namespace sonde::tsdb {
namespace {

void sort_and_keep_last(std::vector<SeriesSample>& samples) {
  std::ranges::stable_sort(samples, {}, &SeriesSample::time_ms);
  const auto kept =
      std::unique(samples.rbegin(), samples.rend(),
                  [](const SeriesSample& a, const SeriesSample& b) { return a.time_ms == b.time_ms; });
  samples.erase(samples.begin(), kept.base());
}

Labels labels_of(const SymbolTable& symbols, LabelSetId set) {
  std::vector<Label> out;
  for (const LabelRef& label : symbols.label_set(set))
    out.push_back({std::string(symbols.text(label.name)), std::string(symbols.text(label.value))});
  return Labels(std::move(out));
}

}  // namespace

struct BlockBuilder::Parts {
  using Window = std::map<LabelSetId, std::vector<SeriesSample>>;

  explicit Parts(BlockBuilderOptions opts)
      : options(std::move(opts)),
        files(options.file_system != nullptr ? *options.file_system : io::real_file_system()) {}

  Result<BuiltBlock> write(int64_t begin_ms, Window& series);

  BlockBuilderOptions options;
  io::FileSystem& files;
  SymbolTable symbols;
  std::map<int64_t, Window> windows;  // by the beginning of the block's range
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

Result<BuiltBlock> BlockBuilder::Parts::write(int64_t begin_ms, Window& series) {
  SeriesBlock block(begin_ms, options.block_range_ms);
  for (auto& [set, samples] : series) {
    sort_and_keep_last(samples);
    block.add(labels_of(symbols, set), samples);
    std::vector<SeriesSample>().swap(samples);
  }
  return block.write(files, options.path);
}

Result<std::vector<BuiltBlock>> BlockBuilder::finish() {
  if (auto made = parts_->files.make_directories(parts_->options.path); !made) return made.error();
  std::vector<BuiltBlock> built;
  for (auto& [begin_ms, series] : std::exchange(parts_->windows, {})) {
    auto block = parts_->write(begin_ms, series);
    if (!block) return block.error();
    built.push_back(*std::move(block));
  }
  return built;
}

}  // namespace sonde::tsdb
