// What an operator asks of the database: statistics, and what is not built yet.
#include "scraper/tsdb/database.h"

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
  return {};
}
void Database::set_retention(int64_t, uint64_t) {}
Status Database::compact() {
  return Ok{};
}

}  // namespace sonde::tsdb
