#pragma once
// The MySQL exporter's own flags.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "common/exporter/flags.h"
#include "exporters/mysql/scraper_options.h"

namespace sonde::mysql {

struct Options {
  std::string my_cnf = ".my.cnf";
  std::string address = "localhost:3306";
  std::string username;
  bool tls_insecure_skip_verify = false;
  int64_t lock_wait_timeout_seconds = 2;
  bool enable_lock_wait_timeout = true;
  bool log_slow_filter = false;
  int64_t query_timeout_seconds = 0;
  double timeout_offset_seconds = 0.25;
  int64_t open_connections_max = 2;
  ScraperOptions scraper;

  // One per row of scrapers(), in its order.
  struct Switch {
    bool enabled = false;
  };
  std::deque<Switch> scrapers;  // Addresses stay: flags write to them.
};

void add_flags(exporter::Flags& flags, Options& options);

// InvalidArgument, with the flag's name, when a number is one that no server or clock could take.
Status check(const Options& options);

// Names of the scrapers that are on.
std::vector<std::string_view> enabled_scrapers(const Options& options);

}  // namespace sonde::mysql
