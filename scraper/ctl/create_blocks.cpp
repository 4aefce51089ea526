#include "scraper/ctl/create_blocks.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <system_error>

#include "common/core/duration.h"
#include "common/core/text.h"
#include "common/exposition/text_reader.h"
#include "common/io/mapped_file.h"
#include "scraper/ctl/arguments.h"
#include "scraper/ctl/block_table.h"
#include "scraper/ctl/data_folder.h"
#include "scraper/ctl/verb.h"

namespace sonde::ctl {
namespace {

using exposition::EntryKind;

// Half-open.
struct TimeWindow {
  int64_t begin_ms = 0;
  int64_t end_ms = 0;
};

int64_t range_start(int64_t time_ms, int64_t range_ms) {
  const int64_t rest = time_ms % range_ms;
  return time_ms - (rest < 0 ? rest + range_ms : rest);
}

// One visit per sample line; `type` is that of the family it belongs to.
using Visit = std::function<Status(const exposition::Entry& entry, int64_t time_ms, MetricType type)>;

Status visit_samples(std::string_view text, const Visit& visit) {
  exposition::TextReader reader(text, exposition::Dialect::OpenMetrics);
  MetricType type = MetricType::Untyped;
  for (;;) {
    switch (reader.next()) {
      case EntryKind::End:
        return Ok{};
      case EntryKind::Failed:
        return reader.error();
      case EntryKind::Type:
        type = reader.entry().type;
        break;
      case EntryKind::Help:
      case EntryKind::Unit:
        break;
      case EntryKind::Sample:
        if (!reader.entry().timestamp_ms) {
          return Error(ErrorCode::InvalidArgument, "expected timestamp for series " +
                                                       sonde::quoted(reader.entry().series) + ", got none");
        }
        if (auto status = visit(reader.entry(), *reader.entry().timestamp_ms, type); !status) return status;
        break;
    }
  }
}

// Gathers the adjacent lines of one series and hands them to the builder together.
class SeriesRun {
 public:
  SeriesRun(tsdb::BlockBuilder& builder, const Labels& extra) : builder_(builder), extra_(extra) {}

  Status add(const exposition::Entry& entry, int64_t time_ms, MetricType type) {
    const bool same = entry.series == series_ && !times_ms_.empty() && time_ms > times_ms_.back();
    if (!same) {
      if (auto status = flush(); !status) return status;
      series_ = entry.series;
      type_ = type;
    }
    times_ms_.push_back(time_ms);
    values_.push_back(entry.value);
    return Ok{};
  }

  Status flush() {
    if (times_ms_.empty()) return Ok{};
    auto labels = exposition::decode_series(series_, type_);
    if (!labels) return labels.error();
    for (const Label& label : extra_) labels->set(label.name, label.value);
    Status status = builder_.add(*labels, times_ms_, values_);
    times_ms_.clear();
    values_.clear();
    return status;
  }

 private:
  tsdb::BlockBuilder& builder_;
  const Labels& extra_;
  std::string_view series_;  // into the text
  MetricType type_ = MetricType::Untyped;
  std::vector<int64_t> times_ms_;
  std::vector<double> values_;
};

// Adjacent block ranges whose samples fit in memory together; a range that is too large alone is a window
// alone.
std::vector<TimeWindow> plan_windows(const std::map<int64_t, uint64_t>& samples_by_range, int64_t range_ms,
                                     uint64_t samples_max) {
  std::vector<TimeWindow> out;
  uint64_t count = 0;
  for (const auto& [begin_ms, samples] : samples_by_range) {
    if (out.empty() || count + samples > samples_max) {
      out.push_back({begin_ms, begin_ms + range_ms});
      count = samples;
    } else {
      out.back().end_ms = begin_ms + range_ms;
      count += samples;
    }
  }
  return out;
}

Result<Labels> parse_labels(const std::vector<std::string>& texts) {
  Labels out;
  for (const std::string& text : texts) {
    const Cut parts = cut(text, '=');
    if (!parts.found || parts.before.empty()) {
      return Error(ErrorCode::InvalidArgument, "--label " + sonde::quoted(text) + ": want name=value");
    }
    out.set(parts.before, parts.after);
  }
  return out;
}

Result<std::vector<tsdb::BuiltBlock>> backfill_file(const std::string& path, const BackfillOptions& options) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return Error(ErrorCode::NotFound, path + ": " + error.message());
  if (size == 0) return Error(ErrorCode::Truncated, path + ": the file is empty");
  const auto file = io::MappedFile::open(path, size);
  if (!file) return file.error();
  auto blocks = backfill({reinterpret_cast<const char*>(file->data()), file->size()}, options);
  if (!blocks) return blocks.error().in(path);
  return blocks;
}

}  // namespace

Result<std::vector<tsdb::BuiltBlock>> backfill(std::string_view text, const BackfillOptions& options) {
  std::map<int64_t, uint64_t> samples_by_range;
  auto counted = visit_samples(text, [&](const exposition::Entry&, int64_t time_ms, MetricType) -> Status {
    ++samples_by_range[range_start(time_ms, options.block_range_ms)];
    return Ok{};
  });
  if (!counted) return counted.error();

  std::vector<tsdb::BuiltBlock> out;
  tsdb::BlockBuilder builder(
      {.path = options.folder + "/blocks", .block_range_ms = options.block_range_ms, .file_system = nullptr});
  for (const TimeWindow& window :
       plan_windows(samples_by_range, options.block_range_ms, options.samples_per_pass_max)) {
    SeriesRun run(builder, options.extra_labels);
    auto read =
        visit_samples(text, [&](const exposition::Entry& entry, int64_t time_ms, MetricType type) -> Status {
          if (time_ms < window.begin_ms || time_ms >= window.end_ms) return Ok{};
          return run.add(entry, time_ms, type);
        });
    if (!read) return read.error();
    if (auto status = run.flush(); !status) return status.error();
    auto built = builder.finish();
    if (!built) return built.error();
    out.insert(out.end(), std::make_move_iterator(built->begin()), std::make_move_iterator(built->end()));
  }
  return out;
}

int create_blocks_from_openmetrics(std::span<const std::string> given) {
  std::string input;
  std::string folder{kDefaultDataFolder};
  std::string range = "2h";
  std::vector<std::string> labels;
  bool human_readable = false;
  bool quiet = false;
  Arguments arguments("tsdb create-blocks-from openmetrics",
                      "Make blocks of a file in OpenMetrics text format.");
  arguments.boolean("human-readable", 'r', human_readable, "Print times and sizes for people.");
  arguments.boolean("quiet", 'q', quiet, "Do not print the blocks that were made.");
  arguments.list("label", labels, "Label to add to every series, name=value; repeatable.");
  arguments.text("max-block-duration", 0, range, "Time range of a block.");
  arguments.required("input file", input, "File to read.");
  arguments.optional("output directory", folder, "Data folder to make the blocks in.");
  if (const auto code = end_early(arguments, given)) return *code;
  const auto extra = parse_labels(labels);
  if (!extra) return fail(extra.error());
  const auto duration = parse_duration(range);
  if (!duration) return fail(duration.error().in("--max-block-duration"));
  if (duration->count() <= 0)
    return fail(Error(ErrorCode::InvalidArgument, "--max-block-duration must be more than 0"));
  const auto blocks =
      backfill_file(input, {.folder = folder, .block_range_ms = duration->count(), .extra_labels = *extra});
  if (!blocks) return fail(blocks.error());
  if (!quiet) print(block_table(listed(*blocks), human_readable));
  return kSuccess;
}

}  // namespace sonde::ctl
