#include <array>
#include <span>
#include <string>

#include "exporters/mysql/row_metrics.h"
#include "exporters/mysql/scraper.h"

namespace sonde::mysql {
namespace {

constexpr std::string_view kPrefix = "mysql_mysql_";  // a column's name comes after it
constexpr std::array kLimits{
    RowMetric{{"mysql_mysql_max_questions",
               "The number of max_questions by user.",
               MetricType::Gauge,
               {"mysql_user", "hostmask"}}},
    RowMetric{{"mysql_mysql_max_updates",
               "The number of max_updates by user.",
               MetricType::Gauge,
               {"mysql_user", "hostmask"}}},
    RowMetric{{"mysql_mysql_max_connections",
               "The number of max_connections by user.",
               MetricType::Gauge,
               {"mysql_user", "hostmask"}}},
    RowMetric{{"mysql_mysql_max_user_connections",
               "The number of max_user_connections by user.",
               MetricType::Gauge,
               {"mysql_user", "hostmask"}}},
};
constexpr std::array kPrivileges{
    RowMetric{
        {"mysql_mysql_select_priv", "Select_priv by user.", MetricType::Gauge, {"mysql_user", "hostmask"}}},
    RowMetric{
        {"mysql_mysql_insert_priv", "Insert_priv by user.", MetricType::Gauge, {"mysql_user", "hostmask"}}},
    RowMetric{
        {"mysql_mysql_update_priv", "Update_priv by user.", MetricType::Gauge, {"mysql_user", "hostmask"}}},
    RowMetric{
        {"mysql_mysql_delete_priv", "Delete_priv by user.", MetricType::Gauge, {"mysql_user", "hostmask"}}},
    RowMetric{
        {"mysql_mysql_create_priv", "Create_priv by user.", MetricType::Gauge, {"mysql_user", "hostmask"}}},
    RowMetric{{"mysql_mysql_drop_priv", "Drop_priv by user.", MetricType::Gauge, {"mysql_user", "hostmask"}}},
    RowMetric{
        {"mysql_mysql_reload_priv", "Reload_priv by user.", MetricType::Gauge, {"mysql_user", "hostmask"}}},
    RowMetric{{"mysql_mysql_shutdown_priv",
               "Shutdown_priv by user.",
               MetricType::Gauge,
               {"mysql_user", "hostmask"}}},
    RowMetric{
        {"mysql_mysql_process_priv", "Process_priv by user.", MetricType::Gauge, {"mysql_user", "hostmask"}}},
    RowMetric{{"mysql_mysql_file_priv", "File_priv by user.", MetricType::Gauge, {"mysql_user", "hostmask"}}},
    RowMetric{
        {"mysql_mysql_grant_priv", "Grant_priv by user.", MetricType::Gauge, {"mysql_user", "hostmask"}}},
    RowMetric{{"mysql_mysql_references_priv",
               "References_priv by user.",
               MetricType::Gauge,
               {"mysql_user", "hostmask"}}},
    RowMetric{
        {"mysql_mysql_index_priv", "Index_priv by user.", MetricType::Gauge, {"mysql_user", "hostmask"}}},
    RowMetric{
        {"mysql_mysql_alter_priv", "Alter_priv by user.", MetricType::Gauge, {"mysql_user", "hostmask"}}},
    RowMetric{
        {"mysql_mysql_show_db_priv", "Show_db_priv by user.", MetricType::Gauge, {"mysql_user", "hostmask"}}},
    RowMetric{
        {"mysql_mysql_super_priv", "Super_priv by user.", MetricType::Gauge, {"mysql_user", "hostmask"}}},
    RowMetric{{"mysql_mysql_create_tmp_table_priv",
               "Create_tmp_table_priv by user.",
               MetricType::Gauge,
               {"mysql_user", "hostmask"}}},
    RowMetric{{"mysql_mysql_lock_tables_priv",
               "Lock_tables_priv by user.",
               MetricType::Gauge,
               {"mysql_user", "hostmask"}}},
    RowMetric{
        {"mysql_mysql_execute_priv", "Execute_priv by user.", MetricType::Gauge, {"mysql_user", "hostmask"}}},
    RowMetric{{"mysql_mysql_repl_slave_priv",
               "Repl_slave_priv by user.",
               MetricType::Gauge,
               {"mysql_user", "hostmask"}}},
    RowMetric{{"mysql_mysql_repl_client_priv",
               "Repl_client_priv by user.",
               MetricType::Gauge,
               {"mysql_user", "hostmask"}}},
    RowMetric{{"mysql_mysql_create_view_priv",
               "Create_view_priv by user.",
               MetricType::Gauge,
               {"mysql_user", "hostmask"}}},
    RowMetric{{"mysql_mysql_show_view_priv",
               "Show_view_priv by user.",
               MetricType::Gauge,
               {"mysql_user", "hostmask"}}},
    RowMetric{{"mysql_mysql_create_routine_priv",
               "Create_routine_priv by user.",
               MetricType::Gauge,
               {"mysql_user", "hostmask"}}},
    RowMetric{{"mysql_mysql_alter_routine_priv",
               "Alter_routine_priv by user.",
               MetricType::Gauge,
               {"mysql_user", "hostmask"}}},
    RowMetric{{"mysql_mysql_create_user_priv",
               "Create_user_priv by user.",
               MetricType::Gauge,
               {"mysql_user", "hostmask"}}},
    RowMetric{
        {"mysql_mysql_event_priv", "Event_priv by user.", MetricType::Gauge, {"mysql_user", "hostmask"}}},
    RowMetric{
        {"mysql_mysql_trigger_priv", "Trigger_priv by user.", MetricType::Gauge, {"mysql_user", "hostmask"}}},
    RowMetric{{"mysql_mysql_create_tablespace_priv",
               "Create_tablespace_priv by user.",
               MetricType::Gauge,
               {"mysql_user", "hostmask"}}},
};

// Differs: the reference takes a user or a host that is called Y or N for a privilege.
std::string statement(std::span<const RowMetric> metrics, std::string_view behind_column) {
  std::string out = "SELECT user, host";
  for (const RowMetric& metric : metrics) {
    out.append(", ").append(metric.desc.name.substr(kPrefix.size())).append(behind_column);
  }
  return out + " FROM mysql.user";
}

}  // namespace

Status scrape_user(const Source& source, MetricSink& sink) {
  auto limits = query_rows(source.connection, statement(kLimits, ""), kLimits, sink);
  if (!limits || !source.options.user.privileges) return limits;
  return query_rows(source.connection, statement(kPrivileges, " = 'Y'"), kPrivileges, sink);
}

}  // namespace sonde::mysql
