#pragma once
// The exporter: passwords and their reload, the targets that are kept, /metrics and /scrape. Loop thread.

#include <map>
#include <string>

#include "common/exporter/frame.h"
#include "common/exporter/target_pool.h"
#include "common/metrics/instruments.h"
#include "exporters/redis/client.h"
#include "exporters/redis/options.h"

namespace sonde::redis {

class RedisExporter final : public exporter::Exporter {
 public:
  RedisExporter(exporter::Context& context, const Options& options);

  // Reads the password file and adds /scrape, /health and /-/reload.
  Status start() override;
  Status reload() override;
  // Serves the telemetry path: the server of --redis.addr, or nothing when that is empty.
  void scrape(const http::Request& request, int64_t deadline_monotonic_ns, exporter::Answer answer) override;

 private:
  void add_routes();
  void handle_scrape(http::Request request, http::Responder responder);
  Result<Address> target_address(std::string_view target) const;
  void set_password(Address& address) const;
  void scrape_address(const Address& address, int64_t deadline_monotonic_ns, exporter::Answer answer);

  exporter::Context& context_;
  const Options& options_;
  std::map<std::string, std::string> passwords_;  // by redis://[user@]host:port
  exporter::TargetPool targets_;
  Counter& request_errors_;
};

}  // namespace sonde::redis
