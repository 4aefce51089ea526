// What an operator asks of the database: statistics, and what is not built yet.
#include "scraper/tsdb/database.h"

#include "scraper/tsdb/database_parts.h"

namespace sonde::tsdb {

Status Database::delete_series(std::span<const std::vector<Matcher>>, storage::TimeRange) {
  return Error(ErrorCode::Unsupported, "deleting series is not built yet: data goes by retention only");
}
Status Database::clean_tombstones() {
  return Error(ErrorCode::Unsupported, "deleting series is not built yet: there are no tombstones to clean");
}
Result<std::string> Database::snapshot(bool) {
  return Error(ErrorCode::Unsupported,
               "snapshots are not built yet: stop the server and copy its data folder");
}

storage::Statistics Database::statistics(size_t) const {
  return {};
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

void Database::set_retention(int64_t retention_time_ms, uint64_t retention_bytes) {
  parts_->retention_time_ms.store(retention_time_ms);
  parts_->retention_bytes.store(retention_bytes);
}

Status Database::compact() {
  return parts_->compact();
}

}  // namespace sonde::tsdb
