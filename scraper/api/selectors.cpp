#include "scraper/api/selectors.h"

#include <algorithm>

#include "scraper/api/parameters.h"
#include "scraper/promql/parser.h"

namespace sonde::api {

Result<MatcherSets> match_parameters(const http::Request& request) {
  MatcherSets out;
  for (const std::string_view text : request.parameters("match[]")) {
    auto matchers = promql::parse_metric_selector(text);
    if (!matchers) return matchers.error().in("invalid parameter \"match[]\"");
    if (std::ranges::all_of(*matchers, &Matcher::matches_empty)) {
      return Error(ErrorCode::InvalidArgument, "match[] must contain at least one non-empty matcher");
    }
    out.push_back(*std::move(matchers));
  }
  return out;
}

Result<storage::TimeRange> range_parameters(const http::Request& request) {
  const auto start_ms = time_parameter(request, "start");
  if (!start_ms) return start_ms.error();
  const auto end_ms = time_parameter(request, "end");
  if (!end_ms) return end_ms.error();
  return storage::TimeRange{start_ms->value_or(kTimeMinMs), end_ms->value_or(kTimeMaxMs)};
}

}  // namespace sonde::api
