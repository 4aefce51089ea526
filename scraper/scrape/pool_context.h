#pragma once
// What the loops of a job share: its configuration in the form that a scrape needs. Immutable but for the
// memo table, which locks itself; shared by the manager and by the loops of all shards, the last of which
// frees it.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "common/exposition/negotiation.h"
#include "common/http_client/client.h"
#include "scraper/config/config.h"
#include "scraper/scrape/memo.h"
#include "scraper/scrape/sample_rules.h"

namespace sonde::scrape {

// The most that a scrape takes into memory where no body_size_limit is set.
// Differs: the reference takes whatever comes.
inline constexpr uint64_t kScrapeBodyBytesMax = uint64_t{256} << 20;

struct PoolContext {
  PoolContext(const config::ScrapeConfig& job, bool all_extra_metrics);

  config::ScrapeConfig config;
  SampleRules rules;
  std::shared_ptr<const http::ClientConfig> client;  // Shared with requests in flight.
  std::vector<http::FetchHeader> headers;            // of every scrape
  std::optional<exposition::ScrapeProtocol> fallback;
  size_t report_count = kReportsDefault;
  mutable MemoTable memos;
};

// Whether two configurations of a job scrape alike, so that running loops need not be disturbed. What
// discovers and relabels targets does not count: that shows in the targets.
bool scrapes_alike(const config::ScrapeConfig& a, const config::ScrapeConfig& b);

}  // namespace sonde::scrape
