#include <array>
#include <string>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {
namespace {

struct Distribution {
  const char* sql;
  Desc desc;
};
// Names in upper case: otherwise the server answers the last two with the first (an old bug of its own).
constexpr std::array kDistributions{
    Distribution{"SELECT TIME, COUNT, TOTAL FROM INFORMATION_SCHEMA.QUERY_RESPONSE_TIME",
                 {"mysql_info_schema_query_response_time_seconds",
                  "The number of all queries by duration they took to execute.", MetricType::Histogram}},
    Distribution{"SELECT TIME, COUNT, TOTAL FROM INFORMATION_SCHEMA.QUERY_RESPONSE_TIME_READ",
                 {"mysql_info_schema_read_query_response_time_seconds",
                  "The number of read queries by duration they took to execute.", MetricType::Histogram}},
    Distribution{"SELECT TIME, COUNT, TOTAL FROM INFORMATION_SCHEMA.QUERY_RESPONSE_TIME_WRITE",
                 {"mysql_info_schema_write_query_response_time_seconds",
                  "The number of write queries by duration they took to execute.", MetricType::Histogram}},
};

// 0 for "TOO LONG".
double number_of(const std::optional<std::string>& text) {
  return text ? parse_number(trim(*text)).value_or(0) : 0;
}

// A row is a bucket of its own count; the last one, "TOO LONG", has no bound.
Status emit_histogram(const Table& table, const Desc& desc, MetricSink& sink) {
  double count = 0;
  double sum = 0;
  std::string bound_text;
  const auto bucket = [&](std::string_view bound) {
    const std::array labels{LabelView{"le", bound}};
    sink.line(desc, "_bucket", labels, count);
  };
  for (const auto& row : table.rows) {
    if (row.size() != 3) return Error(ErrorCode::Corrupt, "want the columns TIME, COUNT and TOTAL");
    count += number_of(row[1]);
    sum += number_of(row[2]);
    const double bound = number_of(row[0]);
    if (bound == 0) continue;
    bound_text.clear();
    append_number_exposition(bound_text, bound);
    bucket(bound_text);
  }
  bucket("+Inf");
  sink.line(desc, "_sum", {}, sum);
  sink.line(desc, "_count", {}, count);
  return Ok{};
}

}  // namespace

Status scrape_query_response_time(const Source& source, MetricSink& sink) {
  // A server without the plugin does not know the variable, and has nothing to say.
  const auto on = source.connection.query("SELECT @@query_response_time_stats");
  if (!on) return on.error().code() == ErrorCode::InvalidArgument ? Status(Ok{}) : on.error();
  if (on->rows.empty() || on->rows[0].empty() || number_of(on->rows[0][0]) == 0) return Ok{};
  for (const Distribution& distribution : kDistributions) {
    const auto table = source.connection.query(distribution.sql);
    // The tables of reads and of writes are Percona's alone.
    if (!table && &distribution != &kDistributions.front()) break;
    if (!table) return table.error();
    if (auto emitted = emit_histogram(*table, distribution.desc, sink); !emitted) return emitted;
  }
  return Ok{};
}

}  // namespace sonde::mysql
