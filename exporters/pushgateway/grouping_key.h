#pragma once
// The grouping key of a push: the labels spelled by the URL path after /metrics, as in
// /metrics/job/backup/instance/db1 or /metrics/job@base64/L3Zhci90bXA=. As in the reference, percent-decoding
// comes before the path is split: a value with a slash is written in base64.

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

// `path` starts after "/metrics/": "job/backup/instance/db1", percent-decoded. With `utf8_names`, names may
// be anything, and "U__" escapes are resolved. NotFound when it does not begin with a job.
Result<GroupingKey> parse_grouping_key(std::string_view path, bool utf8_names);

// The path of a group, percent-encoded, so that parse_grouping_key() gives the same key: for links. Values
// that a path cannot hold are in base64.
std::string write_grouping_path(const GroupingKey& key);

}  // namespace sonde::pushgateway
