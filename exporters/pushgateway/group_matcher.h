#pragma once
// Which groups a request means: match[]={job="backup",instance=~"db.*"} over the labels of grouping keys.
// Pure.

#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "common/metrics/matcher.h"
#include "exporters/pushgateway/grouping_key.h"

namespace sonde::pushgateway {

inline constexpr size_t kMatchersMax = 64;

using GroupSelector = std::vector<Matcher>;  // all must match

// At least one selector, each with at least one matcher that does not match an empty text, so that nobody
// deletes everything by accident.
Result<std::vector<GroupSelector>> parse_group_matchers(const std::vector<std::string_view>& texts);

bool matches_any(const std::vector<GroupSelector>& selectors, const GroupingKey& key);

}  // namespace sonde::pushgateway
