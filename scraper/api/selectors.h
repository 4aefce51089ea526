#pragma once
// The match[], start and end parameters that the label, series, federate and delete routes share.

#include <vector>

#include "common/core/result.h"
#include "common/http_server/request.h"
#include "common/metrics/matcher.h"
#include "scraper/storage/series_source.h"

namespace sonde::api {

using MatcherSets = std::vector<std::vector<Matcher>>;

// One set per match[]; each needs a matcher that does not match the empty text.
Result<MatcherSets> match_parameters(const http::Request& request);

// start and end; all of time where they are absent.
Result<storage::TimeRange> range_parameters(const http::Request& request);

}  // namespace sonde::api
