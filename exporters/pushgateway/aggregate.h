#pragma once
// Adding a push up with what its group has: for jobs that cannot keep a counter themselves, such as functions
// that run once. Opt-in (--push.enable-aggregation and a header), because the reference's metrics are
// replaced. Pure.

#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "exporters/pushgateway/group_store.h"
#include "exporters/pushgateway/pushed_family.h"

namespace sonde::pushgateway {

struct AggregateRequest {
  std::string_view how;     // the header's value; "sum" is all there is
  bool enabled = false;     // by the flag
  bool keeps_rest = false;  // a POST
};

// `pushed` with the values of `group` added to its counters and histograms, whose other series are kept.
// Gauges and untyped metrics are the pushed ones. Refused: summaries, whose quantiles cannot be added, and
// histograms with other buckets than those stored. `group` may be nullptr.
Result<std::vector<PushedFamily>> aggregate(const AggregateRequest& request, const GroupStore::Group* group,
                                            const GroupingKey& key, std::vector<PushedFamily> pushed);

}  // namespace sonde::pushgateway
