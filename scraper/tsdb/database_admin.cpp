// What an operator asks of the database: deletions, snapshots.
#include "scraper/tsdb/database.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <string>
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
  for (const std::string& folder : {to.blocks(), to.logs(), to.folder, names.folder}) {
    if (auto done = files.sync_directory(folder); !done) return done;
  }
  return Ok{};
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
