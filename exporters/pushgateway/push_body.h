#pragma once
// Reading the body of a push: text 0.0.4 (or what protobuf was turned into), each sample joined with the
// group's labels. The whole body is good or the push is refused.

#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "exporters/pushgateway/grouping_key.h"
#include "exporters/pushgateway/pushed_family.h"

namespace sonde::pushgateway {

// Families in the order of the body. The key's labels replace labels of the same name; a sample without an
// instance gets instance="". Timestamps are Unsupported; every other error is a text that cannot be read.
Result<std::vector<PushedFamily>> parse_push_body(std::string_view body, const GroupingKey& key);

}  // namespace sonde::pushgateway
