#pragma once
// The exporter: my.cnf and its reload, the targets that are kept, /metrics and /probe. Loop thread.

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "common/exporter/frame.h"
#include "common/metrics/instruments.h"
#include "exporters/mysql/my_cnf.h"
#include "exporters/mysql/options.h"
#include "exporters/mysql/target.h"

namespace sonde::mysql {

class MysqldExporter {
 public:
  // Targets that are kept connected; the least recently used idle one goes when one more is asked for.
  static constexpr size_t kTargetsMax = 256;

  MysqldExporter(exporter::Context& context, const Options& options);

  // Reads my.cnf, adds /probe and /-/reload. Fails when no section can be used.
  Status start();
  Status reload();
  // Serves the telemetry path: the server of section [client].
  void scrape(const http::Request& request, int64_t deadline_monotonic_ns,
              std::function<void(http::Response)> done);

 private:
  struct Kept {
    std::unique_ptr<Target> target;
    uint64_t used = 0;
  };
  void handle_probe(http::Request request, http::Responder responder);
  Result<Endpoint> find_endpoint(const http::Request& request, std::string_view section) const;
  Result<Target*> find_target(std::string_view section, const Endpoint& endpoint);
  std::vector<std::string_view> select_scrapers(const http::Request& request) const;

  exporter::Context& context_;
  const Options& options_;
  MyCnf my_cnf_;
  std::map<std::string, Kept> targets_;           // by section and address
  std::vector<std::unique_ptr<Target>> retired_;  // of an older configuration, until their scrapes are over
  uint64_t uses_ = 0;
  Gauge& reload_successful_;
  Gauge& reload_time_;
};

}  // namespace sonde::mysql
