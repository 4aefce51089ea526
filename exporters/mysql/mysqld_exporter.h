#pragma once
// The exporter: my.cnf and its reload, the targets that are kept, /metrics and /probe. Loop thread.

#include <string>
#include <string_view>
#include <vector>

#include "common/exporter/frame.h"
#include "common/exporter/target_pool.h"
#include "common/metrics/instruments.h"
#include "exporters/mysql/my_cnf.h"
#include "exporters/mysql/options.h"

namespace sonde::mysql {

class MysqldExporter final : public exporter::Exporter {
 public:
  MysqldExporter(exporter::Context& context, const Options& options);

  // Reads my.cnf, adds /probe and /-/reload. Fails when no section can be used.
  Status start() override;
  Status reload() override;
  // Serves the telemetry path: the server of section [client].
  void scrape(const http::Request& request, int64_t deadline_monotonic_ns, exporter::Answer answer) override;

 private:
  void handle_probe(http::Request request, http::Responder responder);
  Result<Endpoint> find_endpoint(const http::Request& request, std::string_view section) const;
  void scrape_section(const http::Request& request, std::string_view section, int64_t deadline_monotonic_ns,
                      exporter::Answer answer);
  std::vector<std::string_view> select_scrapers(const http::Request& request) const;

  exporter::Context& context_;
  const Options& options_;
  MyCnf my_cnf_;
  exporter::TargetPool targets_;
  Gauge& reload_successful_;
  Gauge& reload_time_;
};

}  // namespace sonde::mysql
