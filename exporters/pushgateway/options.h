#pragma once
// The pushgateway's own flags.

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "common/exporter/flags.h"
#include "common/http_server/server.h"

namespace sonde::pushgateway {

struct Options {
  std::string external_url;
  std::string route_prefix;
  bool enable_lifecycle = false;
  bool enable_admin_api = false;
  std::string persistence_file;
  std::chrono::milliseconds persistence_interval{std::chrono::minutes(5)};
  bool persistence_sync = false;
  bool disable_consistency_check = false;
  bool enable_utf8_names = false;
  // Ours alone, off by default.
  bool enable_aggregation = false;
  std::chrono::milliseconds ttl{0};  // 0: for ever
  std::vector<std::string> job_ttls;
  uint64_t body_bytes_max = 0;  // 0: the server's own limit
  int64_t groups_max = 0;       // 0: no limit, and the next
  int64_t group_series_max = 0;

  // What is made of the flags by finish().
  std::string routes_below;   // "" or "/prefix": of every route
  std::string external_path;  // "" or "/prefix": of every link
  std::map<std::string, int64_t, std::less<>> ttl_ms_by_job;
};

void add_flags(exporter::Flags& flags, Options& options);

// Checks what was given and fills in what follows from it, here and for the server; the error names the flag.
Status finish(Options& options, http::ServerOptions& server);

}  // namespace sonde::pushgateway
