#include <string>
#include <string_view>

#include "exporters/mysql/scraper.h"
#include "exporters/mysql/status_value.h"

namespace sonde::mysql {
namespace {

// "disk: next file number" → "disk_next_file_number".
std::string name_of(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view(">,:()").find(c) != std::string_view::npos) continue;
    if (c == '+' || c == '/') {
      out += "and";
    } else {
      out += c;
    }
  }
  return metric_part(out);
}

}  // namespace

Status scrape_engine_tokudb_status(const Source& source, MetricSink& sink) {
  const auto table = source.connection.query("SHOW ENGINE TOKUDB STATUS");
  if (!table) return table.error();
  for (const auto& row : table->rows) {
    if (row.size() < 3 || !row[1] || !row[2]) continue;
    const auto value = parse_status_value(*row[2]);
    if (!value) continue;
    sink.sample(sink.family("mysql_engine_tokudb_" + name_of(*row[1]),
                            "Generic metric from SHOW ENGINE TOKUDB STATUS.", MetricType::Untyped),
                *value);
  }
  return Ok{};
}

}  // namespace sonde::mysql
