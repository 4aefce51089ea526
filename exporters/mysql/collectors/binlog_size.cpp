#include <string>
#include <string_view>

#include "common/core/number_text.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {
namespace {

constexpr Desc kSize{"mysql_binlog_size_bytes", "Combined size of all registered binlog files."};
constexpr Desc kFiles{"mysql_binlog_files", "Number of registered binlog files."};
constexpr Desc kNumber{"mysql_binlog_file_number", "The last binlog file number."};

// A server that writes none refuses to list them.
Result<bool> writes_binlog(Connection& connection) {
  const auto answer = connection.query("SELECT @@log_bin");
  if (!answer) return answer.error();
  return !answer->rows.empty() && !answer->rows[0].empty() && answer->rows[0][0] == "1";
}

}  // namespace

Status scrape_binlog_size(const Source& source, MetricSink& sink) {
  const auto writes = writes_binlog(source.connection);
  if (!writes) return writes.error();
  if (!*writes) return Ok{};
  const auto table = source.connection.query("SHOW BINARY LOGS");
  if (!table) return table.error();
  double size_bytes = 0;
  for (const auto& row : table->rows) {
    const auto size = row.size() > 1 && row[1] ? parse_number(*row[1]) : std::nullopt;
    if (!size) return Error(ErrorCode::Corrupt, "SHOW BINARY LOGS: want a name and a size in each row");
    size_bytes += *size;
  }
  sink.sample(kSize, size_bytes);
  sink.sample(kFiles, static_cast<double>(table->rows.size()));
  if (table->rows.empty()) return Ok{};
  // "bin.000042"; Differs: the name before it may have dots, too.
  const std::string& name = table->rows.back()[0].value_or("");
  const auto number = parse_unsigned(std::string_view(name).substr(name.rfind('.') + 1));
  if (number) sink.sample(kNumber, static_cast<double>(*number));
  return Ok{};
}

}  // namespace sonde::mysql
