#pragma once
// A thread with an event loop, an HTTP client and the scrape loops that were put there. Public calls come
// from one other thread; they take effect soon.

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>

#include "common/core/clock.h"
#include "common/core/log.h"
#include "common/core/result.h"
#include "common/http_client/client.h"
#include "common/loop/event_loop.h"
#include "scraper/scrape/scrape_loop.h"

namespace sonde::scrape {

class Shard {
 public:
  struct Parts {
    const Clock& clock;
    Logger& logger;
    storage::SampleSink& sink;
    GroupClaims& claims;
    ScrapeMetrics& metrics;
    bool compare = true;
  };
  // Starts the thread.
  static Result<std::unique_ptr<Shard>> make(const Parts& parts);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  void add(std::shared_ptr<const PoolContext> pool, discovery::Target target, ScrapeLoop::Identity identity,
           std::shared_ptr<LoopStatus> status);
  void force_error(uint64_t loop_id, std::string message);
  // Ends a loop; its series become stale unless another loop takes them over.
  void end(uint64_t loop_id);
  // Ends the thread with all loops as they are. No stale markers.
  void stop();

 private:
  Shard(const Parts& parts, std::unique_ptr<loop::EventLoop> event_loop);

  std::unique_ptr<loop::EventLoop> loop_;
  http::Client client_;
  BodyValues values_;  // Owned by the shard's thread, as is all below but the thread itself.
  const ScrapeLoop::Shared shared_;
  std::unordered_map<uint64_t, std::unique_ptr<ScrapeLoop>> loops_;
  std::thread thread_;
};

}  // namespace sonde::scrape
