// The head is cut into blocks, and blocks go when retention says so.
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "scraper/tsdb/block_writer.h"
#include "scraper/tsdb/database_parts.h"
#include "scraper/tsdb/slab_rows.h"

namespace sonde::tsdb {
namespace {

constexpr int64_t kCompactionIntervalMs = 30 * 1000;
constexpr int64_t kReaderPollMs = 20;

int64_t floor_to(int64_t time_ms, int64_t range_ms) {
  const int64_t rest = time_ms % range_ms;
  return time_ms - (rest < 0 ? rest + range_ms : rest);
}

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
  return apply_retention();
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
  if (auto added = catalog.add(written, end_ms); !added) return added;
  logger.info("the head was cut into blocks",
              {{"blocks", std::to_string(written.size())}, {"before_ms", std::to_string(end_ms)}});
  drop_from_head(end_ms);
  return Ok{};
}

void Database::Parts::drop_from_head(int64_t end_ms) {
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
}

Status Database::Parts::apply_retention() {
  const auto set = catalog.snapshot();
  if (set->blocks.empty()) return Ok{};
  int64_t newest_ms = INT64_MIN;
  for (const OpenBlock& block : set->blocks)
    newest_ms = std::max(newest_ms, block.reader->info().time_max_ms);
  const int64_t keep_ms = retention_time_ms.load();
  const uint64_t keep_bytes = retention_bytes.load();
  const Head::Size size = head.size();
  uint64_t total_bytes = size.log_bytes + size.head_file_bytes;
  std::vector<std::string> dropped;
  bool is_full = false;
  for (auto block = set->blocks.rbegin(); block != set->blocks.rend(); ++block) {
    total_bytes += block->reader->size_bytes();
    is_full |= keep_bytes != 0 && total_bytes > keep_bytes;
    const bool is_old = keep_ms != 0 && newest_ms - block->reader->info().time_max_ms >= keep_ms;
    if (!is_full && !is_old) continue;
    dropped.push_back(block->name);
    (is_old ? blocks_deleted_by_time : blocks_deleted_by_size).fetch_add(1);
  }
  if (dropped.empty()) return Ok{};
  logger.info("blocks are deleted by retention", {{"blocks", std::to_string(dropped.size())}});
  return catalog.remove(dropped);
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
