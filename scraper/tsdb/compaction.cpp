// The head is cut into blocks, blocks are merged and freed of what was deleted, and go when retention says
// so.
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "scraper/tsdb/block_merge.h"
#include "scraper/tsdb/block_writer.h"
#include "scraper/tsdb/database_parts.h"
#include "scraper/tsdb/merge_plan.h"
#include "scraper/tsdb/slab_rows.h"

namespace sonde::tsdb {
namespace {

constexpr int64_t kCompactionIntervalMs = 30 * 1000;
constexpr int64_t kReaderPollMs = 20;
constexpr int64_t kMergePauseNs = 600LL * 1'000'000'000;  // after a merge that failed

// Blocks are written when the disk has nothing else to do.
void use_idle_io_priority() {
  constexpr int kWhoProcess = 1;
  constexpr int kClassIdle = 3 << 13;
  (void)::syscall(SYS_ioprio_set, kWhoProcess, 0, kClassIdle);
}

}  // namespace

Status Database::Parts::compact() {
  const std::lock_guard guard(compaction_mutex);
  if (!is_ready.load()) return Ok{};
  const Head::Size size = head.size();
  // Half a range of slack, as the reference: late rows and the newest queries stay in the head.
  const int64_t end_ms = floor_to(size.time_max_ms - options.block_range_ms / 2, options.block_range_ms);
  if (size.groups > 0 && size.time_min_ms < end_ms && end_ms > head.start_ms()) {
    if (auto cut = cut_head(end_ms); !cut) {
      compactions_failed.fetch_add(1);
      return cut;
    }
    compactions.fetch_add(1);
  }
  if (auto gone = apply_retention(); !gone) return gone;
  if (clock.monotonic_ns() < merge_pause_end_ns) return Ok{};
  auto merged = merge_due();
  if (merged) merged = clean(catalog.snapshot()->start_ms);
  if (merged) merged = apply_rules();
  if (merged || merged.error().code() == ErrorCode::Cancelled) return Ok{};
  compactions_failed.fetch_add(1);
  merge_pause_end_ns = clock.monotonic_ns() + kMergePauseNs;
  return merged;
}

// One after the other, the small ones first.
Status Database::Parts::merge_due() {
  const auto windows = merge_windows(options.block_range_ms, current_retention().time_ms);
  while (!is_stopping()) {
    const auto set = catalog.snapshot();
    std::vector<OpenBlock> blocks;
    std::vector<BlockExtent> extents;
    for (const OpenBlock& block : set->blocks) {
      if (damaged_blocks.contains(block.name)) continue;
      blocks.push_back(block);
      extents.push_back({block.reader->info().time_min_ms, block.reader->info().time_max_ms});
    }
    std::vector<OpenBlock> due;
    for (const size_t index : plan_merge(extents, set->start_ms, windows)) due.push_back(blocks[index]);
    if (due.empty()) return Ok{};
    if (auto done = rewrite(due); !done) return done;
  }
  return Ok{};
}

Status Database::Parts::rewrite(const std::vector<OpenBlock>& blocks) {
  const int64_t begin_ns = clock.monotonic_ns();
  MergeInput input;
  input.tombstones = with_rules(*tombstones.snapshot());
  input.is_cancelled = [this] { return is_stopping(); };
  std::vector<std::string> old_names;
  int64_t time_max_ms = INT64_MIN;
  for (const OpenBlock& block : blocks) {
    input.blocks.push_back(block.reader);
    old_names.push_back(block.name);
    time_max_ms = std::max(time_max_ms, block.reader->info().time_max_ms);
  }
  std::string name = catalog.next_name(blocks.front().reader->info().time_min_ms, time_max_ms + 1);
  auto info = merge_blocks(files, names.block(name), input);
  if (!info) {
    if (info.error().code() == ErrorCode::Corrupt) damaged_blocks.insert(old_names.begin(), old_names.end());
    return info.error();
  }
  if (info->series == 0) name.clear();
  if (auto replaced = catalog.replace(name, old_names); !replaced) return replaced;
  compactions.fetch_add(1);
  logger.info("blocks were written anew",
              {{"blocks", std::to_string(old_names.size())},
               {"into", name},
               {"series", std::to_string(info->series)},
               {"duration_ms", std::to_string((clock.monotonic_ns() - begin_ns) / 1000000)}});
  return Ok{};
}

// Rewrites the blocks that deletions concern. Those that end before the time concern nothing else then.
Status Database::Parts::clean(int64_t settled_ms) {
  const auto list = tombstones.snapshot();
  if (std::ranges::none_of(*list, [&](const Tombstone& t) { return t.range.end_ms < settled_ms; }))
    return Ok{};
  const auto set = catalog.snapshot();
  for (const OpenBlock& block : set->blocks) {
    if (is_stopping()) return Error(ErrorCode::Cancelled, "the database is closing");
    if (!loses_samples(*block.reader, list)) continue;
    if (auto done = rewrite({block}); !done) return done;
  }
  return tombstones.remove_before(std::min(settled_ms, set->start_ms), list->size());
}

Status Database::Parts::write_window(storage::TimeRange window, int64_t end_ms,
                                     std::vector<std::string>& written) {
  BlockInput input;
  input.source = BlockSource::Head;
  input.range_end_ms = end_ms;
  head.visit_slabs(window, [&](const GroupHead& group, const std::vector<SlabRef>& slabs) {
    add_slab_parts(input, group, slabs, window);
  });
  if (input.parts.empty()) return Ok{};
  const std::string name = catalog.next_name(window.start_ms, window.end_ms + 1);
  auto info = write_block(files, names.block(name), head.symbols(), input);
  if (!info) return info.error();
  written.push_back(name);
  return Ok{};
}

Status Database::Parts::cut_head(int64_t end_ms) {
  head.set_append_start_ms(end_ms);
  head.seal_before(end_ms);
  head.end_files();
  std::vector<std::string> written;
  const Head::Size size = head.size();
  for (int64_t begin_ms = floor_to(size.time_min_ms, options.block_range_ms); begin_ms < end_ms;
       begin_ms += options.block_range_ms) {
    const storage::TimeRange window{begin_ms, begin_ms + options.block_range_ms - 1};
    if (auto done = write_window(window, end_ms, written); !done) {
      for (const std::string& name : written) (void)files.remove(names.block(name));
      return done;
    }
  }
  // Whoever begins to read from here on finds nothing that has ended before.
  const uint32_t mark = head.symbols().mark();
  if (auto added = catalog.add(written, end_ms); !added) return added;
  logger.info("the head was cut into blocks",
              {{"blocks", std::to_string(written.size())}, {"before_ms", std::to_string(end_ms)}});
  drop_from_head(end_ms, mark);
  return Ok{};
}

void Database::Parts::drop_from_head(int64_t end_ms, uint32_t mark) {
  head.set_start_ms(end_ms);
  for (const LogSegment& segment : head.take_log_segments_before(end_ms)) {
    if (auto removed = files.remove(names.log(segment.number)); !removed) {
      logger.warn("a log file cannot be removed", {{"err", removed.error().message()}});
    }
  }
  // Selections that began before the blocks were published still read the slabs.
  while (catalog.has_readers_of_old_sets()) {
    if (!sleep_ms(kReaderPollMs)) return;
  }
  head.drop_before(end_ms);
  head.symbols().reclaim(mark);
}

void Database::Parts::run_compaction_thread() {
  use_idle_io_priority();
  while (sleep_ms(kCompactionIntervalMs)) {
    if (auto done = compact(); !done) {
      logger.error("compaction failed and is tried again", {{"err", done.error().message()}});
    }
  }
}

}  // namespace sonde::tsdb
