#include "scraper/ctl/import_prometheus.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>
#include <utility>

#include "common/core/clock.h"
#include "common/core/duration.h"
#include "common/core/log.h"
#include "common/core/size.h"
#include "common/io/file_system.h"
#include "scraper/ctl/arguments.h"
#include "scraper/ctl/block_table.h"
#include "scraper/ctl/data_folder.h"
#include "scraper/ctl/progress.h"
#include "scraper/ctl/verb.h"
#include "scraper/prometheus_tsdb/block.h"
#include "scraper/prometheus_tsdb/data_folder.h"
#include "scraper/prometheus_tsdb/merged_series.h"
#include "scraper/tsdb/file_names.h"

namespace sonde::ctl {
namespace {

using prometheus_tsdb::Block;
using prometheus_tsdb::BlockFolder;
using prometheus_tsdb::Head;
using prometheus_tsdb::TimeWindow;

constexpr size_t kWindowsMax = 100'000;  // 270 years of days
constexpr size_t kSeriesPerReport = 1024;

// Where blocks are made; it is removed when the import ends, or by the next one.
class Staging {
 public:
  Staging(io::FileSystem& files, const std::string& output)
      : files_(files), folder_(output + "/import-prometheus" + std::string(tsdb::kTemporarySuffix)) {}
  ~Staging() { (void)clear(); }
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  const std::string& folder() const { return folder_; }

  Status begin() {
    if (auto cleared = clear(); !cleared) return cleared;
    return files_.make_directories(folder_);
  }

 private:
  Status clear() {
    if (!files_.exists(folder_)) return Ok{};
    const auto names = files_.list(folder_);
    if (!names) return names.error();
    for (const std::string& name : *names) {
      if (auto removed = files_.remove(folder_ + "/" + name); !removed) return removed;
    }
    std::error_code error;
    std::filesystem::remove(folder_, error);
    return Ok{};
  }

  io::FileSystem& files_;
  const std::string folder_;
};

class Import {
 public:
  Import(io::FileSystem& files, const ImportOptions& options, const prometheus_tsdb::DataFolder& folder,
         const std::string& staging)
      : files_(files), options_(options), folder_(folder), staging_(staging) {
    for (const BlockFolder& block : folder.blocks) progress_.samples_expected += block.meta.samples;
  }

  Status open_head() {
    if (folder_.log.empty() && folder_.late_log.empty()) return Ok{};
    auto head = Head::open(files_, folder_, imported_.left_behind);
    if (!head) return head.error();
    head_ = *std::move(head);
    head_windows_ = head_->windows(options_.block_range_ms);
    windows_ = head_windows_;
    progress_.samples_expected += head_->logged_sample_count();
    return Ok{};
  }

  Status plan() {
    for (const BlockFolder& folder : folder_.blocks) {
      const auto block = Block::open(files_, folder);
      if (!block) return block.error();
      std::set<int64_t> windows;
      if (auto added = (*block)->add_windows(options_.block_range_ms, kWindowsMax, windows); !added)
        return added;
      // What the index says: a chunk may lie outside of the time that the block's description names.
      TimeWindow& extent = extents_.emplace_back();
      if (!windows.empty()) extent = {*windows.begin(), *windows.rbegin() + options_.block_range_ms};
      windows_.merge(windows);
    }
    if (windows_.size() > kWindowsMax) {
      return Error(ErrorCode::LimitExceeded, folder_.path + ": the samples lie in more than " +
                                                 std::to_string(kWindowsMax) +
                                                 " windows: ask for longer ones with --max-block-duration");
    }
    progress_.windows = windows_.size();
    return Ok{};
  }

  Status run() {
    for (const int64_t begin_ms : windows_) {
      ++progress_.window;
      progress_.window_begin_ms = begin_ms;
      if (auto done = move_window({begin_ms, begin_ms + options_.block_range_ms}); !done) return done;
    }
    return Ok{};
  }

  // All blocks into the folder of the others.
  Status publish(const tsdb::FileNames& names) {
    if (auto made = files_.make_directories(names.blocks()); !made) return made;
    size_t at = 0;
    for (tsdb::BuiltBlock& block : imported_.blocks) {
      const std::string from = block.path;
      const int64_t begin_ms = begins_ms_[at++];
      for (uint64_t number = 1; block.path == from || files_.exists(block.path); ++number) {
        block.name = tsdb::SeriesBlock::name(begin_ms, options_.block_range_ms, number);
        block.path = names.block(block.name);
      }
      if (auto moved = files_.rename(from, block.path); !moved) return moved;
    }
    return files_.sync_directory(names.blocks());
  }

  Imported take() {
    imported_.source_blocks = folder_.blocks.size();
    return std::move(imported_);
  }

 private:
  Status move_window(TimeWindow window) {
    std::vector<std::unique_ptr<Block>> blocks;
    std::vector<std::unique_ptr<prometheus_tsdb::SeriesCursor>> cursors;
    for (size_t i = 0; i < extents_.size(); ++i) {
      if (!window.overlaps(extents_[i].begin_ms, extents_[i].end_ms - 1)) continue;
      auto block = Block::open(files_, folder_.blocks[i]);
      if (!block) return block.error();
      blocks.push_back(*std::move(block));
      cursors.push_back(blocks.back()->cursor(window, imported_.left_behind));
    }
    // Not in vain: each time the log is read again.
    if (head_windows_.contains(window.begin_ms))
      cursors.push_back(head_->cursor(window, options_.head_samples_max));
    prometheus_tsdb::MergedSeries merged(std::move(cursors));
    auto made = std::make_unique<tsdb::SeriesBlock>(window.begin_ms, options_.block_range_ms);
    std::vector<prometheus_tsdb::Sample> found;
    std::vector<tsdb::SeriesSample> samples;
    for (size_t series = 1;; ++series) {
      const auto more = merged.next();
      if (!more) return more.error();
      if (!*more) break;
      if (auto read = merged.read(found); !read) return read;
      if (options_.report && series % kSeriesPerReport == 0) options_.report(progress_);
      if (found.empty()) continue;
      samples.clear();
      for (const auto& sample : found) samples.push_back({sample.time_ms, sample.value});
      made->add(merged.labels(), samples);
      progress_.samples += samples.size();
      if (made->memory_bytes() < options_.block_memory_bytes_max) continue;
      if (auto written = write(*made, window.begin_ms); !written) return written;
      made = std::make_unique<tsdb::SeriesBlock>(window.begin_ms, options_.block_range_ms);
    }
    if (options_.report) options_.report(progress_);
    return made->empty() ? Ok{} : write(*made, window.begin_ms);
  }

  Status write(tsdb::SeriesBlock& block, int64_t begin_ms) {
    auto written = block.write(files_, staging_);
    if (!written) return written.error();
    imported_.blocks.push_back(*std::move(written));
    begins_ms_.push_back(begin_ms);
    return Ok{};
  }

  io::FileSystem& files_;
  const ImportOptions& options_;
  const prometheus_tsdb::DataFolder& folder_;
  const std::string staging_;
  std::unique_ptr<Head> head_;
  std::set<int64_t> windows_;
  std::set<int64_t> head_windows_;   // those of them that the head may have a sample of
  std::vector<TimeWindow> extents_;  // of the blocks
  std::vector<int64_t> begins_ms_;   // of the blocks' windows
  ImportProgress progress_;
  Imported imported_;
};

// The folder that is read is never written to.
Status check_apart(const ImportOptions& options) {
  std::error_code error;
  const auto source = std::filesystem::weakly_canonical(options.source, error);
  const auto output = std::filesystem::weakly_canonical(options.output, error);
  const auto [end, at] = std::mismatch(source.begin(), source.end(), output.begin(), output.end());
  if (end != source.end()) return Ok{};
  return Error(ErrorCode::InvalidArgument, options.output + " is within " + options.source +
                                               ", which is not changed: name another folder with --output");
}

std::string counted(uint64_t count, std::string_view what) {
  return "  " + std::to_string(count) + " " + std::string(what) + "\n";
}

}  // namespace

Result<Imported> import_prometheus(const ImportOptions& options) {
  io::FileSystem& files = io::real_file_system();
  if (auto apart = check_apart(options); !apart) return apart.error();
  const auto hold = prometheus_tsdb::FolderHold::take(options.source);
  if (!hold) return hold.error();
  const auto folder = prometheus_tsdb::read_data_folder(files, options.source);
  if (!folder) return folder.error();
  const tsdb::FileNames names{options.output};
  if (auto made = files.make_directories(options.output); !made) return made.error();
  const auto lock = files.lock(names.lock(), "sondectl tsdb import-prometheus\n");
  if (!lock) {
    const bool is_held = lock.error().code() == ErrorCode::AlreadyExists;
    return is_held ? Error(ErrorCode::AlreadyExists, lock.error().message() + ": stop it first")
                   : lock.error();
  }
  Staging staging(files, options.output);
  if (auto begun = staging.begin(); !begun) return begun.error();
  Import import(files, options, *folder, staging.folder());
  if (auto opened = import.open_head(); !opened) return opened.error();
  if (auto planned = import.plan(); !planned) return planned.error();
  if (auto done = import.run(); !done) return done.error();
  if (auto published = import.publish(names); !published) return published.error();
  return import.take();
}

std::string import_summary(const Imported& imported) {
  uint64_t samples = 0;
  uint64_t size_bytes = 0;
  int64_t time_min_ms = INT64_MAX;
  int64_t time_max_ms = INT64_MIN;
  for (const tsdb::BuiltBlock& block : imported.blocks) {
    samples += block.samples;
    size_bytes += block.size_bytes;
    time_min_ms = std::min(time_min_ms, block.time_min_ms);
    time_max_ms = std::max(time_max_ms, block.time_max_ms);
  }
  std::string out = std::to_string(samples) + " samples of " + std::to_string(imported.source_blocks) +
                    " blocks and the head became " + std::to_string(imported.blocks.size()) + " blocks of " +
                    write_size_bytes(size_bytes) + "\n";
  if (samples > 0) {
    out += "the oldest is of " + write_rfc3339_ms(time_min_ms) + ", the newest of " +
           write_rfc3339_ms(time_max_ms) +
           "; a server deletes what is older than its --storage.tsdb.retention.time\n";
  }
  const prometheus_tsdb::LeftBehind& left = imported.left_behind;
  std::string lost;
  if (left.block_histograms > 0)
    lost += counted(left.block_histograms, "samples of native histograms in blocks");
  if (left.head_histograms > 0)
    lost += counted(left.head_histograms, "samples of native histograms in the log");
  if (left.exemplars > 0) lost += counted(left.exemplars, "exemplars");
  if (left.metadata > 0) lost += counted(left.metadata, "entries of metadata (type, unit and help)");
  if (left.unknown_records > 0)
    lost += counted(left.unknown_records, "records of the log of an unknown type");
  if (left.orphans > 0)
    lost += counted(left.orphans, "samples or chunks of the head whose series the log does not name");
  for (const std::string& damage : left.damage) lost += "  what follows in " + damage + "\n";
  return out + (lost.empty() ? "nothing was left behind\n" : "left behind:\n" + lost);
}

int tsdb_import_prometheus(std::span<const std::string> given) {
  ImportOptions options;
  options.output = kDefaultDataFolder;
  std::string range = "1d";
  bool quiet = false;
  bool human_readable = false;
  Arguments arguments("tsdb import-prometheus", "Move the history of a Prometheus 2 or 3 in.");
  arguments.text("output", 'o', options.output, "Data folder to make the blocks in.");
  arguments.text("max-block-duration", 0, range, "Time range of a block.");
  arguments.boolean("human-readable", 'r', human_readable, "Print times and sizes for people.");
  arguments.boolean("quiet", 'q', quiet, "Print neither the progress nor the blocks that were made.");
  arguments.required("prometheus folder", options.source,
                     "Folder of Prometheus' --storage.tsdb.path, which must not run, or a snapshot of it.");
  if (const auto code = end_early(arguments, given)) return *code;
  const auto duration = parse_duration(range);
  if (!duration) return fail(duration.error().in("--max-block-duration"));
  if (duration->count() <= 0)
    return fail(Error(ErrorCode::InvalidArgument, "--max-block-duration must be more than 0"));
  options.block_range_ms = duration->count();
  const SystemClock clock;
  Result<Imported> imported = Error(ErrorCode::Cancelled, "");
  {
    Progress progress(clock, is_error_a_terminal());
    if (!quiet) {
      options.report = [&](const ImportProgress& at) {
        if (!progress.is_due()) return;
        progress.say(write_rfc3339_ms(at.window_begin_ms) + ", window " + std::to_string(at.window) + " of " +
                     std::to_string(at.windows) + ", " + std::to_string(at.samples) + " of about " +
                     std::to_string(at.samples_expected) + " samples");
      };
    }
    imported = import_prometheus(options);
  }
  if (!imported) return fail(imported.error());
  if (!quiet) print(block_table(listed(imported->blocks), human_readable));
  print(import_summary(*imported));
  return kSuccess;
}

}  // namespace sonde::ctl
