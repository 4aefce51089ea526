#pragma once
// The exporter: passwords and their reload, the targets that are kept, /metrics, /scrape and
// /discover-cluster-nodes. Loop thread.

#include <memory>
#include <string>

#include "common/exporter/frame.h"
#include "common/exporter/target_pool.h"
#include "common/metrics/instruments.h"
#include "exporters/redis/client.h"
#include "exporters/redis/cluster_discovery.h"
#include "exporters/redis/group_settings.h"
#include "exporters/redis/options.h"
#include "exporters/redis/password_file.h"
#include "exporters/redis/redis_collector.h"

namespace sonde::redis {

class RedisExporter final : public exporter::Exporter {
 public:
  RedisExporter(exporter::Context& context, const Options& options);

  // Reads the files that flags name and adds the routes.
  Status start() override;
  Status reload() override;
  // Serves the telemetry path: the server of --redis.addr, or nothing when that is empty.
  void scrape(const http::Request& request, int64_t deadline_monotonic_ns, exporter::Answer answer) override;

 private:
  void add_routes();
  void handle_scrape(http::Request request, http::Responder responder);
  void handle_discovery(const http::Request& request, http::Responder responder);
  void refuse_scrape(http::Responder& responder, std::string message);
  Result<Address> own_address() const;
  Result<Address> target_address(const http::Request& request) const;
  void complete(Address& address) const;
  void scrape_address(const Address& address, RedisCollector::Wish wish, exporter::Answer answer);

  exporter::Context& context_;
  const Options& options_;
  GroupSettings settings_;
  Passwords passwords_;
  exporter::TargetPool targets_;
  std::unique_ptr<ClusterDiscovery> discovery_;
  const std::string request_errors_name_;  // in the namespace
  const Desc request_errors_desc_;
  Counter& request_errors_;
};

}  // namespace sonde::redis
