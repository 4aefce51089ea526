#pragma once
// The grouping key of a push: the labels spelled by the URL path after /metrics, as in
// /metrics/job/backup/instance/db1 or /metrics/job@base64/L3Zhci90bXA=. Decoded from the raw path, because a
// value may hold an escaped slash.

#include <string_view>

#include "common/core/result.h"
#include "common/metrics/labels.h"

namespace sonde::pushgateway {

inline constexpr size_t kGroupingLabelsMax = 64;

// One group's identity. Labels drop empty values ("instance@base64/="), which still override a body's label
// of that name: those names are kept beside them.
struct GroupingKey {
  Labels labels;
  std::vector<std::string> empty_names;
};

// `raw_path` starts after "/metrics/": "job/backup/instance/db1", percent-encoded as on the wire. With
// `utf8_names`, names may be anything. NotFound when it does not begin with the job.
Result<GroupingKey> parse_grouping_key(std::string_view raw_path, bool utf8_names);

}  // namespace sonde::pushgateway
