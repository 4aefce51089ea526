#pragma once
// From a discovered target to what is scraped: its own labels, the group's, the job's defaults, the relabel
// rules, then the checks, in the reference's order. Pure functions of their arguments.

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/metrics/labels.h"
#include "scraper/config/config.h"

namespace sonde::discovery {

// One thing to scrape.
struct Target {
  Labels discovered;        // before relabeling, defaults of the job included
  Labels labels;            // attached to every sample: no name begins with "__"
  std::string url;          // with the query string
  std::string unix_socket;  // dialled instead of the URL's host; "" for none
  std::chrono::milliseconds interval{0};
  std::chrono::milliseconds timeout{0};
  bool native_histograms = false;
  bool convert_classic_histograms = false;
  bool always_classic_histograms = false;
  uint64_t hash =
      0;  // of all labels after relabeling and the URL: names the target, spreads scrapes over time
};

// The targets of one job.
struct ResolvedTargets {
  std::vector<Target> active;   // no two with the same labels and URL
  std::vector<Labels> dropped;  // discovered labels of those a rule dropped, at most keep_dropped_targets
  uint64_t dropped_count = 0;   // of them all
  std::vector<std::string> failures;  // targets that cannot be scraped: which and why
};

ResolvedTargets resolve_targets(const config::ScrapeConfig& job, std::span<const config::TargetGroup> groups);

// The labels of one target before relabeling.
Labels discovered_labels(const config::ScrapeConfig& job, const Labels& target, const Labels& group);

}  // namespace sonde::discovery
