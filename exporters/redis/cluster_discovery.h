#pragma once
// The nodes of a cluster as targets of an HTTP discovery: asks the server of --redis.addr on one of the
// process's workers. Loop thread.

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/exporter/frame.h"
#include "exporters/redis/options.h"
#include "exporters/redis/transport.h"

namespace sonde::redis {

class ClusterDiscovery {
 public:
  // Questions that may be under way at once.
  static constexpr int kAskingMax = 4;

  // What the arguments refer to outlives it; it and they outlive every job of the workers.
  ClusterDiscovery(exporter::Context& context, const Options& options)
      : context_(context), options_(options) {}

  // Answers with a JSON list of one group: the nodes with the scheme of `address`, masters and replicas; or
  // with 500 and the reason; with 503 when too many ask.
  void answer(Address address, int64_t deadline_monotonic_ns, http::Responder responder);

 private:
  exporter::Context& context_;
  const Options& options_;
  std::atomic<int> asking_count_ = 0;
};

// [{"targets": ["redis://10.0.0.7:6379"], "labels": {}}], laid out as the reference does.
std::string write_discovery(const std::vector<std::string>& targets);

}  // namespace sonde::redis
