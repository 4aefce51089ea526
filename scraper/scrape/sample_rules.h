#pragma once
// What a job's configuration does to a scraped series before it is stored: collisions with the target's
// labels, metric relabeling, limits. Immutable once made; shared by the loops of a pool on all shards.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "common/metrics/labels.h"
#include "scraper/config/config.h"

namespace sonde::scrape {

struct SampleRules {
  bool honor_labels = false;
  bool honor_timestamps = true;
  bool track_timestamps_staleness = false;
  config::NameValidation name_validation = config::NameValidation::Utf8;
  config::ScrapeLimits limits;
  std::vector<config::RelabelRule> relabel_rules;
};

// A series as it is stored: its labels are `own` and those of the target's that are not in `removed`.
struct StoredSeries {
  bool dropped = false;  // by a metric relabel rule
  Labels own;            // with the metric name
  std::vector<std::string>
      removed;  // names of target labels that it does not have, or has with a value of its own
};

// `text` is the series as exposed (an empty label value can be seen only there), `scraped` its labels. Fails
// where the whole scrape has to: a limit is passed, or a name is missing or invalid after relabeling.
Result<StoredSeries> apply_rules(const SampleRules& rules, const Labels& target, std::string_view text,
                                 Labels scraped);

// Whether apply_rules() may depend on the values of the target's labels and not on their names alone. Where
// it does, targets with different labels cannot share its results.
bool depends_on_values(const SampleRules& rules, const Labels& target);

}  // namespace sonde::scrape
