#include <array>
#include <string_view>

#include "common/core/number_text.h"
#include "exporters/mysql/row.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {
namespace {

struct Figure {
  std::string_view column;
  Desc desc;
};
// Servers before 8.0 have the first four.
constexpr std::array kFigures{
    Figure{"COUNT_TRANSACTIONS_IN_QUEUE",
           {"mysql_perf_schema_transactions_in_queue",
            "The number of transactions in the queue pending conflict detection checks."}},
    Figure{"COUNT_TRANSACTIONS_CHECKED",
           {"mysql_perf_schema_transactions_checked_total",
            "The number of transactions that have been checked for conflicts.", MetricType::Counter}},
    Figure{"COUNT_CONFLICTS_DETECTED",
           {"mysql_perf_schema_conflicts_detected_total",
            "The number of transactions that have not passed the conflict detection check.",
            MetricType::Counter}},
    Figure{"COUNT_TRANSACTIONS_ROWS_VALIDATING",
           {"mysql_perf_schema_transactions_rows_validating_total",
            "Number of transaction rows which can be used for certification, but have not been garbage "
            "collected.",
            MetricType::Counter}},
    Figure{"COUNT_TRANSACTIONS_REMOTE_IN_APPLIER_QUEUE",
           {"mysql_perf_schema_transactions_remote_in_applier_queue",
            "The number of transactions that this member has received from the replication group which are "
            "waiting "
            "to be applied."}},
    Figure{
        "COUNT_TRANSACTIONS_REMOTE_APPLIED",
        {"mysql_perf_schema_transactions_remote_applied_total",
         "Number of transactions this member has received from the group and applied.", MetricType::Counter}},
    Figure{"COUNT_TRANSACTIONS_LOCAL_PROPOSED",
           {"mysql_perf_schema_transactions_local_proposed_total",
            "Number of transactions which originated on this member and were sent to the group.",
            MetricType::Counter}},
    Figure{"COUNT_TRANSACTIONS_LOCAL_ROLLBACK",
           {"mysql_perf_schema_transactions_local_rollback_total",
            "Number of transactions which originated on this member and were rolled back by the group.",
            MetricType::Counter}},
};

}  // namespace

Status scrape_replication_group_member_stats(const Source& source, MetricSink& sink) {
  const auto table = source.connection.query(
      "SELECT * FROM performance_schema.replication_group_member_stats WHERE MEMBER_ID=@@server_uuid");
  if (!table) return table.error();
  for (size_t index = 0; index < table->rows.size(); ++index) {
    const Row row(*table, index);
    for (const Figure& figure : kFigures) {
      if (const auto value = parse_number(row.text(figure.column))) sink.sample(figure.desc, *value);
    }
  }
  return Ok{};
}

}  // namespace sonde::mysql
