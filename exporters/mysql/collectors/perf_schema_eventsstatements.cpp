#include <array>
#include <span>
#include <string>

#include "common/core/number_text.h"
#include "exporters/mysql/row_metrics.h"
#include "exporters/mysql/scraper.h"
#include "exporters/mysql/sql_text.h"

namespace sonde::mysql {
namespace {

// In the order of the columns behind the labels; the last one is that of newer servers.
constexpr std::array kMetrics{
    RowMetric{{"mysql_perf_schema_events_statements_total",
               "The total count of events statements by digest.",
               MetricType::Counter,
               {"schema", "digest", "digest_text"}}},
    RowMetric{{"mysql_perf_schema_events_statements_seconds_total",
               "The total time of events statements by digest.",
               MetricType::Counter,
               {"schema", "digest", "digest_text"}},
              kPicosecondsPerSecond},
    RowMetric{{"mysql_perf_schema_events_statements_lock_time_seconds_total",
               "The total lock time of events statements by digest.",
               MetricType::Counter,
               {"schema", "digest", "digest_text"}},
              kPicosecondsPerSecond},
    RowMetric{{"mysql_perf_schema_events_statements_errors_total",
               "The errors of events statements by digest.",
               MetricType::Counter,
               {"schema", "digest", "digest_text"}}},
    RowMetric{{"mysql_perf_schema_events_statements_warnings_total",
               "The warnings of events statements by digest.",
               MetricType::Counter,
               {"schema", "digest", "digest_text"}}},
    RowMetric{{"mysql_perf_schema_events_statements_rows_affected_total",
               "The total rows affected of events statements by digest.",
               MetricType::Counter,
               {"schema", "digest", "digest_text"}}},
    RowMetric{{"mysql_perf_schema_events_statements_rows_sent_total",
               "The total rows sent of events statements by digest.",
               MetricType::Counter,
               {"schema", "digest", "digest_text"}}},
    RowMetric{{"mysql_perf_schema_events_statements_rows_examined_total",
               "The total rows examined of events statements by digest.",
               MetricType::Counter,
               {"schema", "digest", "digest_text"}}},
    RowMetric{{"mysql_perf_schema_events_statements_tmp_disk_tables_total",
               "The total tmp disk tables of events statements by digest.",
               MetricType::Counter,
               {"schema", "digest", "digest_text"}}},
    RowMetric{{"mysql_perf_schema_events_statements_tmp_tables_total",
               "The total tmp tables of events statements by digest.",
               MetricType::Counter,
               {"schema", "digest", "digest_text"}}},
    RowMetric{{"mysql_perf_schema_events_statements_sort_merge_passes_total",
               "The total number of merge passes by the sort algorithm performed by digest.",
               MetricType::Counter,
               {"schema", "digest", "digest_text"}}},
    RowMetric{{"mysql_perf_schema_events_statements_sort_rows_total",
               "The total number of sorted rows by digest.",
               MetricType::Counter,
               {"schema", "digest", "digest_text"}}},
    RowMetric{{"mysql_perf_schema_events_statements_no_index_used_total",
               "The total number of statements that used full table scans by digest.",
               MetricType::Counter,
               {"schema", "digest", "digest_text"}}},
    RowMetric{{"mysql_perf_schema_events_statements_cpu_time_seconds_total",
               "The total cpu time of events statements by digest.",
               MetricType::Counter,
               {"schema", "digest", "digest_text"}},
              kPicosecondsPerSecond},
};
constexpr Desc kLatency{"mysql_perf_schema_events_statements_latency",
                        "A summary of statement latency by digest",
                        MetricType::Summary,
                        {"schema", "digest", "digest_text"}};
// Percentages, but for the last: as the reference has them.
constexpr std::array<std::string_view, 3> kQuantiles{"95", "99", "999"};
constexpr size_t kLabelCount = 3;

// Differs: lock time is asked for everywhere, and what a server does not have is absent; the reference shows
// 0 for lock time, CPU time and quantiles wherever this is not so.
bool has_quantiles(const Server& server) {
  return !server.is_mariadb && server.version >= Version{8, 0, 28};
}

std::string statement(const Server& server, const ScraperOptions& options) {
  std::string excluded = "'mysql', 'performance_schema', 'information_schema'";
  for (const std::string& schema : options.statements.exclude_schemas) excluded += ", " + sql_text(schema);
  return "SELECT IFNULL(SCHEMA_NAME, 'NONE'), DIGEST, LEFT(DIGEST_TEXT, " +
         std::to_string(options.statements.digest_text_max) +
         "), COUNT_STAR, SUM_TIMER_WAIT, SUM_LOCK_TIME, SUM_ERRORS, SUM_WARNINGS, SUM_ROWS_AFFECTED, "
         "SUM_ROWS_SENT, SUM_ROWS_EXAMINED, SUM_CREATED_TMP_DISK_TABLES, SUM_CREATED_TMP_TABLES, "
         "SUM_SORT_MERGE_PASSES, SUM_SORT_ROWS, SUM_NO_INDEX_USED" +
         (has_quantiles(server) ? ", SUM_CPU_TIME, QUANTILE_95, QUANTILE_99, QUANTILE_999" : "") +
         " FROM performance_schema.events_statements_summary_by_digest WHERE SCHEMA_NAME NOT IN (" +
         excluded + ") AND LAST_SEEN > DATE_SUB(NOW(), INTERVAL " +
         std::to_string(options.statements.age_seconds_max) + " SECOND) ORDER BY SUM_TIMER_WAIT DESC LIMIT " +
         std::to_string(options.statements.count_max);
}

double number_of(const std::optional<std::string>& text) {
  return text ? parse_number(*text).value_or(0) : 0;
}

// `quantiles` begin at this column; there are none where the row ends before it.
void emit_latency(std::span<const std::optional<std::string>> row, size_t quantiles, MetricSink& sink) {
  std::array<LabelView, kLabelCount + 1> labels;
  for (size_t i = 0; i < kLabelCount; ++i) {
    labels[i] = {kLatency.labels.span()[i], row[i] ? std::string_view(*row[i]) : ""};
  }
  for (size_t i = 0; i < kQuantiles.size() && quantiles + i < row.size(); ++i) {
    labels.back() = {"quantile", kQuantiles[i]};
    sink.line(kLatency, "", labels, number_of(row[quantiles + i]) / kPicosecondsPerSecond);
  }
  const auto own = std::span(labels).first(kLabelCount);
  sink.line(kLatency, "_sum", own, number_of(row[kLabelCount + 1]) / kPicosecondsPerSecond);
  sink.line(kLatency, "_count", own, number_of(row[kLabelCount]));
}

}  // namespace

Status scrape_events_statements(const Source& source, MetricSink& sink) {
  auto table = source.connection.query(statement(source.server, source.options));
  if (!table) return table.error();
  const auto metrics = std::span(kMetrics).first(kMetrics.size() - (has_quantiles(source.server) ? 0 : 1));
  const size_t quantiles = kLabelCount + metrics.size();
  for (auto& row : table->rows) {
    if (row.size() < quantiles) break;  // emit_rows() says so
    emit_latency(row, quantiles, sink);
    row.resize(quantiles);
  }
  return emit_rows(*table, metrics, sink);
}

}  // namespace sonde::mysql
