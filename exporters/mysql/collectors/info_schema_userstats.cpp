#include "exporters/mysql/scraper.h"
#include "exporters/mysql/user_statistics.h"

namespace sonde::mysql {

Status scrape_user_statistics(const Source& source, MetricSink& sink) {
  if (!has_user_statistics(source.connection)) return Ok{};
  const auto table = source.connection.query("SELECT * FROM information_schema.user_statistics");
  return table ? emit_user_statistics(*table, "user", sink) : table.error();
}

}  // namespace sonde::mysql
