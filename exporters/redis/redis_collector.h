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
#include "exporters/redis/family_names.h"
#include "exporters/redis/options.h"

namespace sonde::redis {

class RedisCollector final : public exporter::Collector {
 public:
  RedisCollector(Address address, const Options& options, const Clock& clock, Logger& logger);

  // What the next collect() may take until; before it is handed to a worker.
  void set_deadline(int64_t monotonic_ns);

  Status collect(exporter::MetricSink& sink) override;

 private:
  Status scrape(Families& out, int64_t deadline_monotonic_ns);
  Status connect(Families& out, int64_t deadline_monotonic_ns);
  Status collect_info(Families& out);
  void collect_config(const Reply& config, Families& out);
  Status collect_slowlog(Families& out);

  const Address address_;
  const Options& options_;
  const Clock& clock_;
  Logger& logger_;
  Mutex mutex_;
  int64_t deadline_monotonic_ns_ GUARDED_BY(mutex_) = 0;
  std::unique_ptr<Client> client_;  // Owned by the worker, as all below.
  double connect_seconds_ = 0;
  int64_t database_count_ = 16;
};

}  // namespace sonde::redis
