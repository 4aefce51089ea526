#pragma once
// A scraper reads one thing from a server: a row in the table of scrapers and one function. Blocking, on a
// worker.

#include <span>
#include <string_view>

#include "common/core/result.h"
#include "common/exposition/metric_sink.h"
#include "exporters/mysql/connection.h"
#include "exporters/mysql/scraper_options.h"

namespace sonde::mysql {

using exposition::MetricSink;

// The server's version as the gates compare it.
struct Version {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned patch = 0;
  friend auto operator<=>(const Version&, const Version&) = default;
};

struct Server {
  Version version;
  bool is_mariadb = false;
};

// What a scraper reads from: every statement of the connection ends with the scrape.
struct Source {
  Connection& connection;
  const Server& server;
  const ScraperOptions& options;
};

struct Scraper {
  std::string_view name;  // "global_status": the flag is --collect.global_status
  std::string_view help;
  bool enabled_by_default = false;
  Version min_version;
  // What is in the sink before an error is served.
  Status (*scrape)(const Source& source, MetricSink& sink) = nullptr;
};

// All scrapers, sorted by name.
std::span<const Scraper> scrapers();

// "10.11.6-MariaDB-log" → 10.11.6.
Version parse_version(std::string_view text);

Status scrape_auto_increment_columns(const Source& source, MetricSink& sink);
Status scrape_binlog_size(const Source& source, MetricSink& sink);
Status scrape_client_statistics(const Source& source, MetricSink& sink);
Status scrape_engine_innodb_status(const Source& source, MetricSink& sink);
Status scrape_engine_tokudb_status(const Source& source, MetricSink& sink);
Status scrape_events_statements(const Source& source, MetricSink& sink);
Status scrape_events_statements_sum(const Source& source, MetricSink& sink);
Status scrape_events_waits(const Source& source, MetricSink& sink);
Status scrape_file_events(const Source& source, MetricSink& sink);
Status scrape_file_instances(const Source& source, MetricSink& sink);
Status scrape_global_status(const Source& source, MetricSink& sink);
Status scrape_global_variables(const Source& source, MetricSink& sink);
Status scrape_heartbeat(const Source& source, MetricSink& sink);
Status scrape_index_io_waits(const Source& source, MetricSink& sink);
Status scrape_innodb_cmp(const Source& source, MetricSink& sink);
Status scrape_innodb_cmpmem(const Source& source, MetricSink& sink);
Status scrape_innodb_metrics(const Source& source, MetricSink& sink);
Status scrape_innodb_tablespaces(const Source& source, MetricSink& sink);
Status scrape_memory_events(const Source& source, MetricSink& sink);
Status scrape_processlist(const Source& source, MetricSink& sink);
Status scrape_query_response_time(const Source& source, MetricSink& sink);
Status scrape_replica_host(const Source& source, MetricSink& sink);
Status scrape_replication_applier_status(const Source& source, MetricSink& sink);
Status scrape_replication_group_member_stats(const Source& source, MetricSink& sink);
Status scrape_replication_group_members(const Source& source, MetricSink& sink);
Status scrape_rocksdb_perf_context(const Source& source, MetricSink& sink);
Status scrape_schema_statistics(const Source& source, MetricSink& sink);
Status scrape_slave_hosts(const Source& source, MetricSink& sink);
Status scrape_slave_status(const Source& source, MetricSink& sink);
Status scrape_table_io_waits(const Source& source, MetricSink& sink);
Status scrape_table_locks(const Source& source, MetricSink& sink);
Status scrape_table_statistics(const Source& source, MetricSink& sink);
Status scrape_tables(const Source& source, MetricSink& sink);
Status scrape_user(const Source& source, MetricSink& sink);
Status scrape_user_statistics(const Source& source, MetricSink& sink);
Status scrape_user_summary(const Source& source, MetricSink& sink);

}  // namespace sonde::mysql
