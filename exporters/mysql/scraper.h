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

Status scrape_global_status(const Source& source, MetricSink& sink);
Status scrape_global_variables(const Source& source, MetricSink& sink);
Status scrape_innodb_cmp(const Source& source, MetricSink& sink);
Status scrape_innodb_cmpmem(const Source& source, MetricSink& sink);
Status scrape_query_response_time(const Source& source, MetricSink& sink);
Status scrape_slave_status(const Source& source, MetricSink& sink);

}  // namespace sonde::mysql
