#pragma once
// Scrapes one target at its times: fetches, reads the body along the memo, writes the rows, keeps the status.
// Lives on its shard's thread.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/core/log.h"
#include "common/core/mutex.h"
#include "common/http_client/client.h"
#include "common/loop/event_loop.h"
#include "scraper/discovery/target.h"
#include "scraper/scrape/body_reader.h"
#include "scraper/scrape/memo.h"
#include "scraper/scrape/memo_builder.h"
#include "scraper/scrape/pool_context.h"
#include "scraper/scrape/schedule.h"
#include "scraper/scrape/scrape_metrics.h"
#include "scraper/scrape/target_rows.h"
#include "scraper/scrape/target_status.h"

namespace sonde::scrape {

// What the manager shows of a loop; written by the loop, read by any thread. Shared, since either may end
// first.
class LoopStatus {
 public:
  struct Values {
    std::string last_error;
    int64_t last_scrape_ms = 0;
    double last_duration_seconds = 0;
    TargetHealth health = TargetHealth::Unknown;
    std::shared_ptr<const Memo> memo;  // of the last good scrape
  };
  Values get() const {
    MutexLock lock(mutex_);
    return values_;
  }
  void set(Values values) {
    MutexLock lock(mutex_);
    std::swap(values_, values);
  }

 private:
  mutable Mutex mutex_;
  Values values_ GUARDED_BY(mutex_);
};

class ScrapeLoop {
 public:
  // What the loops of a shard share; outlives them.
  struct Shared {
    loop::EventLoop& loop;
    http::Client& client;
    storage::SampleSink& sink;
    GroupClaims& claims;
    ScrapeMetrics& metrics;
    Logger& logger;
    BodyValues& values;  // scratch: one body is read at a time
    bool compare = true;
  };
  struct Identity {
    uint64_t id = 0;
    uint64_t server_hash = 0;  // where this server's scrapes lie in the interval
    std::string forced_error;  // "": none
  };
  ScrapeLoop(const Shared& shared, std::shared_ptr<const PoolContext> pool, discovery::Target target,
             Identity identity, std::shared_ptr<LoopStatus> status);
  ~ScrapeLoop();
  ScrapeLoop(const ScrapeLoop&) = delete;
  ScrapeLoop& operator=(const ScrapeLoop&) = delete;

  void start();

  // Every scrape fails with this, without a request (the job has too many targets); "" ends that.
  void force_error(std::string message) { forced_error_ = std::move(message); }

  // No more scrapes. Its series become stale a little later, unless another loop took them over by then;
  // `ended` is called when all is done and may destroy the loop.
  void end(std::function<void()> ended);

 private:
  struct Outcome {
    std::optional<Error> error;
    size_t scraped = 0;
    size_t kept = 0;
    size_t added = 0;
    double body_bytes = 0;
  };
  void schedule();
  void scrape();
  void receive(Result<http::FetchResponse> result);
  Outcome read_response(const http::FetchResponse& response);
  Outcome read_body(std::string_view body, exposition::Dialect dialect);
  BodyFit read_along(std::string_view body, Outcome& outcome);
  bool build(std::string_view body, exposition::Dialect dialect, Outcome& outcome);
  void refresh_memo(std::string_view body, exposition::Dialect dialect);
  size_t count_added() const;
  void finish(Outcome outcome);
  Reports make_reports(const Outcome& outcome, double duration_seconds) const;
  MemoContext memo_context() const;

  const Shared shared_;
  const std::shared_ptr<const PoolContext> pool_;
  const discovery::Target target_;
  const std::shared_ptr<LoopStatus> status_;
  const uint64_t id_;
  std::string forced_error_;
  Schedule schedule_;
  TargetRows rows_;
  loop::TimerId timer_ = loop::TimerId::None;
  http::RepeatedRequest request_;
  http::FetchId fetch_ = http::FetchId::None;
  int64_t timestamp_ms_ = 0;  // of the scrape at hand
  int64_t started_ns_ = 0;
  bool scraped_ever_ = false;

  std::shared_ptr<const Memo> memo_;          // shared with the loops of equal targets
  std::shared_ptr<const Memo> counted_memo_;  // of the last good scrape, and what was in it
  std::vector<uint64_t> counted_columns_;
  std::vector<uint64_t> counted_strays_;
  uint32_t unfit_scrapes_ = 0;  // in a row that found lines elsewhere
  uint32_t patience_ = 0;       // how many of those until the memo is made anew
};

}  // namespace sonde::scrape
