// What an operator asks of the database: deletions, snapshots, statistics.
#include "scraper/tsdb/database.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <string>
#include <unordered_map>
#include <utility>

#include "common/io/atomic_write.h"
#include "scraper/tsdb/database_parts.h"

namespace sonde::tsdb {
namespace {

// "20261121T093000Z".
std::string utc_stamp(int64_t time_ms) {
  const std::time_t seconds = time_ms / 1000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const size_t size = std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts);
  return {text.data(), size};
}

}  // namespace

// A selection that reads beside this sees the series or does not.
Status Database::delete_series(std::span<const std::vector<Matcher>> any_of, storage::TimeRange range) {
  if (!ready()) return Error(ErrorCode::Unavailable, "the log is being loaded: try again when it is");
  TombstoneList added;
  for (const std::vector<Matcher>& matchers : any_of) {
    if (auto good = check_matcher_count(matchers); !good) return good;
    std::shared_ptr<const BlockSet> blocks;
    const auto found = parts_->find(matchers, range, blocks);
    if (found.empty()) continue;
    // Samples that come later are not concerned.
    int64_t end_ms = INT64_MIN;
    for (const FoundStretch& stretch : found) end_ms = std::max(end_ms, stretch.time_max_ms);
    added.push_back({matchers, {range.start_ms, std::min(range.end_ms, end_ms)}});
  }
  return added.empty() ? Status(Ok{}) : parts_->tombstones.add(std::move(added));
}

Status Database::clean_tombstones() {
  if (!ready()) return Error(ErrorCode::Unavailable, "the log is being loaded: try again when it is");
  const std::lock_guard guard(parts_->compaction_mutex);
  return parts_->clean(INT64_MAX);
}

Result<std::string> Database::snapshot(bool skip_head) {
  if (!ready()) return Error(ErrorCode::Unavailable, "the log is being loaded: try again when it is");
  const std::lock_guard guard(parts_->compaction_mutex);
  return parts_->make_snapshot(skip_head);
}

Result<std::string> Database::Parts::make_snapshot(bool skip_head) {
  std::string name;
  const int64_t now_ms = clock.wall_ms();
  for (uint64_t number = 0; name.empty() || files.exists(names.snapshots() + "/" + name); ++number) {
    name = utc_stamp(now_ms) + "-" + numbered_name(number);
  }
  const std::string unfinished = name + std::string(kTemporarySuffix);
  const FileNames to{names.snapshots() + "/" + unfinished};
  if (auto filled = fill_snapshot(to, skip_head); !filled) {
    return Error(filled.error().code(), filled.error().message() + "; what there is of the snapshot is in " +
                                            to.folder + " and can be removed");
  }
  if (auto done = files.rename(to.folder, names.snapshots() + "/" + name); !done) return done.error();
  if (auto done = files.sync_directory(names.snapshots()); !done) return done.error();
  return name;
}

// A folder that a server can be started on. Blocks and ended log files never change: they get a second name.
Status Database::Parts::fill_snapshot(const FileNames& to, bool skip_head) {
  for (const std::string& folder : {names.snapshots(), to.folder, to.blocks(), to.logs()}) {
    if (auto made = files.make_directories(folder); !made) return made;
  }
  const auto set = catalog.snapshot();
  for (const OpenBlock& block : set->blocks) {
    if (auto done = files.link(names.block(block.name), to.block(block.name)); !done) return done;
  }
  if (!skip_head) {
    const uint64_t end_number = head.end_files();
    for (size_t shard = 0; shard < head.shard_count(); ++shard) {
      if (auto written = head.write_log(shard); !written) return written;
      if (auto synced = head.sync_log(shard); !synced) return synced;
    }
    auto logs = files.list(names.logs());
    if (!logs) return logs.error();
    for (const std::string& log : *logs) {
      const auto number = parse_numbered_name(log);
      if (!number || *number >= end_number) continue;
      if (auto done = files.link(names.log(*number), to.log(*number)); !done) return done;
    }
  }
  if (files.exists(names.tombstones())) {
    auto done = io::atomic_write(files, to.tombstones(), write_tombstones(*tombstones.snapshot()));
    if (!done) return done;
  }
  if (auto done = io::atomic_write(files, to.manifest(), Catalog::manifest_of(*set)); !done) return done;
  for (const std::string& folder : {to.blocks(), to.logs(), to.folder}) {
    if (auto done = files.sync_directory(folder); !done) return done;
  }
  return Ok{};
}

namespace {

// Counts by text; the largest ones first, equal ones by name.
storage::Statistics::Top top_of(std::unordered_map<std::string, uint64_t> counts, size_t top_count) {
  storage::Statistics::Top top(counts.begin(), counts.end());
  const size_t kept = std::min(top_count, top.size());
  std::ranges::partial_sort(top, top.begin() + static_cast<ptrdiff_t>(kept),
                            [](const auto& a, const auto& b) {
                              return a.second != b.second ? a.second > b.second : a.first < b.first;
                            });
  top.resize(kept);
  return top;
}

// How many series of the head have each label.
using PairCounts = std::unordered_map<uint64_t, uint64_t>;

void count_label(PairCounts& counts, LabelRef label, uint64_t series) {
  counts[static_cast<uint64_t>(label.name) << 32 | label.value] += series;
}

PairCounts count_pairs(const Head& head) {
  PairCounts counts;
  std::unordered_map<const Shape*, std::pair<ShapePtr, uint64_t>> groups_of_shape;
  head.visit_groups([&](std::span<const LabelRef> labels, const ShapePtr& shape) {
    for (const LabelRef& label : labels) count_label(counts, label, shape->columns.size());
    auto& entry = groups_of_shape[shape.get()];
    entry.first = shape;
    ++entry.second;
  });
  for (const auto& [address, entry] : groups_of_shape) {
    for (const LabelSetId column : entry.first->columns) {
      for (const LabelRef& label : head.symbols().label_set(column)) count_label(counts, label, entry.second);
    }
  }
  return counts;
}

}  // namespace

storage::Statistics Database::statistics(size_t top_count) const {
  const Head& head = parts_->head;
  const Head::Size size = head.size();
  storage::Statistics out;
  out.series = size.series;
  out.chunks = size.chunks;
  out.time_min_ms = size.time_min_ms;
  out.time_max_ms = size.time_max_ms;
  const PairCounts pairs = count_pairs(head);
  out.label_pairs = pairs.size();
  std::unordered_map<std::string, uint64_t> by_metric;
  std::unordered_map<std::string, uint64_t> values_by_label;
  std::unordered_map<std::string, uint64_t> bytes_by_label;
  std::unordered_map<std::string, uint64_t> by_pair;
  for (const auto& [pair, series] : pairs) {
    const std::string name(head.symbols().text(static_cast<SymbolId>(pair >> 32)));
    const std::string value(head.symbols().text(static_cast<SymbolId>(pair)));
    ++values_by_label[name];
    bytes_by_label[name] += value.size() * series;
    by_pair[name + "=" + value] = series;
    if (name == kMetricName) by_metric[value] = series;
  }
  out.series_by_metric = top_of(std::move(by_metric), top_count);
  out.values_by_label = top_of(std::move(values_by_label), top_count);
  out.bytes_by_label = top_of(std::move(bytes_by_label), top_count);
  out.series_by_pair = top_of(std::move(by_pair), top_count);
  return out;
}

DatabaseCounters Database::counters() const {
  const Parts& parts = *parts_;
  DatabaseCounters out;
  const HeadCounters& appended = parts.head.counters();
  out.samples_appended = appended.samples_appended.load();
  out.rows_out_of_order = appended.rows_out_of_order.load();
  out.rows_duplicate = appended.rows_duplicate.load();
  out.rows_out_of_bounds = appended.rows_out_of_bounds.load();
  out.rows_refused = appended.rows_refused.load();
  const Head::Size size = parts.head.size();
  out.log_bytes_written = size.log_bytes_written;
  out.log_bytes = size.log_bytes;
  out.head_file_bytes = size.head_file_bytes;
  out.group_memory_bytes = size.group_memory_bytes;
  out.tail_memory_bytes = size.tail_memory_bytes;
  out.slab_memory_bytes = size.slab_memory_bytes;
  out.symbol_memory_bytes = size.symbol_memory_bytes;
  out.head_groups = size.groups;
  out.head_series = size.series;
  out.head_chunks = size.chunks;
  out.head_time_min_ms = size.time_min_ms;
  out.head_time_max_ms = size.time_max_ms;
  out.log_write_failures = parts.log_write_failures.load();
  out.log_corruptions = parts.log_corruptions.load();
  out.replayed_rows = parts.replayed_rows.load();
  const auto blocks = parts.catalog.snapshot();
  out.blocks = blocks->blocks.size();
  for (const OpenBlock& block : blocks->blocks) out.blocks_bytes += block.reader->size_bytes();
  out.compactions = parts.compactions.load();
  out.compactions_failed = parts.compactions_failed.load();
  out.blocks_deleted_by_time = parts.blocks_deleted_by_time.load();
  out.blocks_deleted_by_size = parts.blocks_deleted_by_size.load();
  out.refusing = parts.head.failing();
  return out;
}

void Database::set_retention(const Retention& retention) {
  const MutexLock lock(parts_->retention_mutex);
  parts_->retention = retention;
  parts_->retention_version.fetch_add(1);
}

Status Database::compact() {
  return parts_->compact();
}

}  // namespace sonde::tsdb
