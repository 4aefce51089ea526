#pragma once
// The pushgateway's HTTP side: takes pushes and deletes into a GroupStore, serves the groups as metrics and
// as a page, and persists them. Everything runs on the event loop's thread.

#include <string>

#include "common/core/result.h"
#include "common/exporter/frame.h"
#include "common/metrics/instruments.h"
#include "exporters/pushgateway/group_store.h"
#include "exporters/pushgateway/options.h"

namespace sonde::pushgateway {

class Gateway {
 public:
  // The parts of `context` must outlive the gateway.
  Gateway(exporter::Context& context, Options options);
  ~Gateway();  // Persists what has changed.
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // Loads the persisted groups, adds the routes and starts the persistence timer. Groups that cannot be read
  // are logged and left aside, as in the reference: the gateway starts empty.
  Status start();

  // All groups as a text page, for /metrics.
  std::string metrics_page() const;

 private:
  void add_routes();
  void add_route(std::string_view methods, std::string_view path, std::string_view handler_name,
                 http::Response (Gateway::*handle)(const http::Request&));
  http::Response handle_group(const http::Request& request);
  http::Response push(const http::Request& request, const GroupingKey& key);
  http::Response wipe(const http::Request& request);
  http::Response quit(const http::Request& request);
  http::Response ready(const http::Request& request);
  void persist();
  void schedule_persistence();

  exporter::Context& context_;
  Options options_;
  GroupStore store_;
  uint64_t persisted_version_ = 0;
};

}  // namespace sonde::pushgateway
