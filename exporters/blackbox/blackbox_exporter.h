#pragma once
// The exporter: blackbox.yml and its reload, /probe, and the pages that say what happened. Loop thread.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "common/exporter/frame.h"
#include "common/http_client/client.h"
#include "common/http_client/tls_session.h"
#include "common/metrics/instruments.h"
#include "exporters/blackbox/domain_expiry.h"
#include "exporters/blackbox/history.h"
#include "exporters/blackbox/module.h"
#include "exporters/blackbox/options.h"
#include "exporters/blackbox/probe.h"
#include "exporters/blackbox/resolver.h"

namespace sonde::blackbox {

class BlackboxExporter final : public exporter::Exporter {
 public:
  BlackboxExporter(exporter::Context& context, const Options& options);

  // Loads the configuration and adds the routes.
  Status start() override;
  // On failure the old configuration stays.
  Status reload() override;
  // The recent probes.
  std::string landing_html() const override;

 private:
  void add_routes();
  void watch_files();
  void handle_probe(http::Request request, http::Responder responder);
  http::Response show_config() const;
  http::Response show_log(const http::Request& request) const;

  exporter::Context& context_;
  const Options& options_;
  http::Client client_;
  DomainExpiry domains_;
  http::TlsStores tls_stores_;
  Resolver resolver_;
  ProbeTools tools_;
  History history_;
  std::shared_ptr<const Config> config_;  // Shared, so that a reload does not wait for its readers.
  std::optional<uint64_t> checksum_;      // of config_
  Gauge& reload_successful_;
  Gauge& reload_time_;
  Counter& unknown_modules_;
};

}  // namespace sonde::blackbox
