#include "exporters/mysql/user_statistics.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "exporters/mysql/status_value.h"

namespace sonde::mysql {
namespace {

struct Figure {
  std::string_view column;
  std::string_view name;  // behind mysql_info_schema_user_statistics_
  std::string_view help;  // % stands for user or client
  MetricType type = MetricType::Counter;
  bool is_of_users = true;  // the reference knows it of users, too
};
// Sorted by column.
constexpr std::array kFigures{
    Figure{"ACCESS_DENIED", "access_denied_total",
           "The number of times this %'s connections issued commands that were denied."},
    Figure{"BINLOG_BYTES_WRITTEN", "binlog_bytes_written_total",
           "The number of bytes written to the binary log from this %'s connections."},
    Figure{"BUSY_TIME", "busy_seconds_total",
           "The cumulative number of seconds there was activity on connections from this %."},
    Figure{"BYTES_RECEIVED", "bytes_received_total",
           "The number of bytes received from this %'s connections."},
    Figure{"BYTES_SENT", "bytes_sent_total", "The number of bytes sent to this %'s connections."},
    Figure{"COMMIT_TRANSACTIONS", "commit_transactions_total",
           "The number of COMMIT commands issued by this %'s connections."},
    Figure{"CONCURRENT_CONNECTIONS", "concurrent_connections",
           "The number of concurrent connections for this %.", MetricType::Gauge},
    Figure{"CONNECTED_TIME", "connected_time_seconds_total",
           "The cumulative number of seconds elapsed while there were connections from this %."},
    Figure{"CPU_TIME", "cpu_time_seconds_total",
           "The cumulative CPU time elapsed, in seconds, while servicing this %'s connections."},
    Figure{"DENIED_CONNECTIONS", "denied_connections_total", "The number of connections denied to this %."},
    Figure{"EMPTY_QUERIES", "empty_queries_total",
           "The number of times this %'s connections sent empty queries to the server."},
    Figure{"LOST_CONNECTIONS", "lost_connections_total",
           "The number of this %'s connections that were terminated uncleanly."},
    Figure{"MAX_STATEMENT_TIME_EXCEEDED", "max_statement_time_exceeded_total",
           "The number of times a statement was aborted, because it was executed longer than its "
           "MAX_STATEMENT_TIME threshold.",
           MetricType::Counter, false},
    Figure{"OTHER_COMMANDS", "other_commands_total",
           "The number of other commands executed from this %'s connections."},
    Figure{"ROLLBACK_TRANSACTIONS", "rollback_transactions_total",
           "The number of ROLLBACK commands issued by this %'s connections."},
    Figure{"ROWS_DELETED", "rows_deleted_total", "The number of rows deleted by this %'s connections."},
    Figure{"ROWS_FETCHED", "rows_fetched_total", "The number of rows fetched by this %'s connections."},
    Figure{"ROWS_INSERTED", "rows_inserted_total", "The number of rows inserted by this %'s connections."},
    Figure{"ROWS_READ", "rows_read_total", "The number of rows read by this %'s connections."},
    Figure{"ROWS_SENT", "rows_sent_total", "The number of rows sent by this %'s connections."},
    Figure{"ROWS_UPDATED", "rows_updated_total", "The number of rows updated by this %'s connections."},
    Figure{"SELECT_COMMANDS", "select_commands_total",
           "The number of SELECT commands executed from this %'s connections."},
    Figure{"TABLE_ROWS_READ", "table_rows_read_total",
           "The number of rows read from tables by this %'s connections. (It may be different from "
           "ROWS_FETCHED.)"},
    Figure{"TOTAL_CONNECTIONS", "total_connections", "The number of connections created for this %."},
    Figure{"TOTAL_SSL_CONNECTIONS", "total_ssl_connections_total",
           "The number of times this %'s connections connected using SSL to the server."},
    Figure{"UPDATE_COMMANDS", "update_commands_total",
           "The number of UPDATE commands executed from this %'s connections."},
};
static_assert(std::ranges::is_sorted(kFigures, {}, &Figure::column));

std::string with_kind(std::string_view text, std::string_view kind) {
  std::string out;
  for (const char c : text) {
    if (c == '%') {
      out += kind;
    } else {
      out += c;
    }
  }
  return out;
}

const Desc& family_of(std::string_view column, std::string_view kind, exposition::MetricSink& sink) {
  const std::array labels{kind};
  const std::string prefix = "mysql_info_schema_" + std::string(kind) + "_statistics_";
  const auto figure = std::ranges::lower_bound(kFigures, column, {}, &Figure::column);
  const bool is_unknown =
      figure == kFigures.end() || figure->column != column || (kind == "user" && !figure->is_of_users);
  if (is_unknown) {
    return sink.family(prefix + metric_part(column), "Unsupported metric from column " + std::string(column),
                       MetricType::Untyped, labels);
  }
  return sink.family(prefix + std::string(figure->name), with_kind(figure->help, kind), figure->type, labels);
}

}  // namespace

bool has_user_statistics(Connection& connection) {
  const auto answer = connection.query(
      "SHOW GLOBAL VARIABLES WHERE Variable_Name='userstat' OR Variable_Name='userstat_running'");
  if (!answer || answer->rows.empty()) return false;
  const auto& row = answer->rows.front();
  return row.size() > 1 && row[1] && *row[1] != "OFF";
}

Status emit_user_statistics(const Table& table, std::string_view of, exposition::MetricSink& sink) {
  std::vector<const Desc*> families;
  for (size_t i = 1; i < table.columns.size(); ++i) {
    families.push_back(&family_of(table.columns[i], of, sink));
  }
  for (const auto& row : table.rows) {
    for (size_t i = 1; i < std::min(row.size(), table.columns.size()); ++i) {
      if (!row[i]) continue;
      const auto value = parse_number(*row[i]);
      if (!value) {
        return Error(ErrorCode::Corrupt, table.columns[i] + ": want a number, got " + quoted(*row[i]));
      }
      sink.sample(*families[i - 1], {row[0] ? std::string_view(*row[0]) : ""}, *value);
    }
  }
  return Ok{};
}

}  // namespace sonde::mysql
