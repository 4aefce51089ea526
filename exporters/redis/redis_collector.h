#pragma once
// One server: connects, asks, writes families. The connection is kept between scrapes. Blocking: lives on a
// worker of the frame, one call at a time.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/core/clock.h"
#include "common/core/log.h"
#include "common/core/mutex.h"
#include "common/exporter/collector.h"
#include "exporters/redis/client.h"
#include "exporters/redis/families.h"
#include "exporters/redis/group.h"
#include "exporters/redis/group_settings.h"
#include "exporters/redis/key_servers.h"
#include "exporters/redis/options.h"

namespace sonde::redis {

class RedisCollector final : public exporter::Collector {
 public:
  // All but the address outlive it.
  RedisCollector(Address address, const Options& options, const GroupSettings& settings, const Clock& clock,
                 Logger& logger);

  // Of the next collect(), before it is handed to a worker.
  struct Wish {
    int64_t deadline_monotonic_ns = 0;
    KeyChecks checks;
  };
  void set_wish(Wish wish);

  Status collect(exporter::MetricSink& sink) override;

 private:
  struct Answers {
    Reply info;
    Reply config;  // no list where the server refuses it
  };
  Status scrape(Families& out, const Wish& wish, std::string& left_out);
  Status connect(Families& out, Patience patience);
  Status ping(Families& out);
  Result<Answers> ask();
  Result<std::string> cluster_info(const Info& info);
  Status run_groups(Scrape& scrape);
  void report(Families& out, const Status& status, const std::string& left_out, int64_t begin_ns);

  const Address address_;
  const Options& options_;
  const GroupSettings& settings_;
  const Clock& clock_;
  Logger& logger_;
  Mutex mutex_;
  Wish wish_ GUARDED_BY(mutex_);
  std::unique_ptr<Client> client_;  // Owned by the worker, as all below.
  KeyServers servers_;
  double connect_seconds_ = 0;
  double scrape_count_ = 0;
  double scrape_seconds_ = 0;
};

}  // namespace sonde::redis
