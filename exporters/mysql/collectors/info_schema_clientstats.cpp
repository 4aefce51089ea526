#include "exporters/mysql/scraper.h"
#include "exporters/mysql/user_statistics.h"

namespace sonde::mysql {

Status scrape_client_statistics(const Source& source, MetricSink& sink) {
  if (!has_user_statistics(source.connection)) return Ok{};
  const auto table = source.connection.query("SELECT * FROM information_schema.client_statistics");
  return table ? emit_user_statistics(*table, "client", sink) : table.error();
}

}  // namespace sonde::mysql
