#pragma once
// The pushgateway's HTTP side: takes pushes and deletes into a GroupStore, serves the groups as metrics, as
// JSON and as a page, and persists them. Everything runs on the event loop's thread.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/core/result.h"
#include "common/exporter/frame.h"
#include "exporters/pushgateway/group_store.h"
#include "exporters/pushgateway/options.h"
#include "exporters/pushgateway/persistence.h"
#include "exporters/pushgateway/push_stats.h"

namespace sonde::pushgateway {

class Gateway final : public exporter::Exporter {
 public:
  // The parts of `context` and `flags` must outlive the gateway; `options` are finished.
  Gateway(exporter::Context& context, const exporter::Flags& flags, Options options);
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // Loads the persisted groups, adds the routes and starts the timers.
  Status start() override;

  // All groups and the gateway's own counters.
  void scrape(const http::Request& request, int64_t deadline_monotonic_ns, exporter::Answer answer) override;

 private:
  using Handle = http::Response (Gateway::*)(const http::Request&);
  void add_routes();
  void add_route(std::string_view methods, std::string_view path, std::string_view handler_name,
                 Handle handle);
  std::string_view below_prefix(const http::Request& request) const;

  http::Response handle_group(const http::Request& request);
  http::Response push(const http::Request& request, const GroupingKey& key);
  http::Response store_push(const http::Request& request, const GroupingKey& key,
                            std::vector<PushedFamily> families, PushMode mode, GroupStore::Times times);
  http::Response refuse(const http::Request& request, const GroupingKey& key, const Error& error);
  Status check_limits(const GroupingKey& key, const std::vector<GroupStore::Named>& prepared,
                      PushMode mode) const;
  http::Response remove_group(const GroupingKey& key);
  http::Response remove_matching(const http::Request& request);
  http::Response wipe(const http::Request& request);
  http::Response quit(const http::Request& request);
  http::Response healthy(const http::Request& request);
  http::Response page(const http::Request& request);
  http::Response static_file(const http::Request& request);
  http::Response api_options(const http::Request& request);
  http::Response api_metrics(const http::Request& request);
  http::Response api_status(const http::Request& request);

  Status persist(std::string_view record);
  double now_seconds() const;
  void expire();
  void schedule_persistence();
  void arm_expiry();

  exporter::Context& context_;
  const exporter::Flags& flags_;
  Options options_;
  GroupStore store_;
  PushStats stats_;
  double start_time_seconds_;
  bool expiry_armed_ = false;
  size_t page_bytes_ = 0;                     // of the last page and a little more: room for the next
  std::string record_;                        // a push's, kept for its memory
  std::unique_ptr<Persistence> persistence_;  // null without a file; after the store, which it reads
};

}  // namespace sonde::pushgateway
