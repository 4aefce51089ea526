#pragma once
// A family of the store taken apart again: for the API, the page and sums. What costs more than a push does,
// and is asked for by people. Pure.

#include <string>

#include "exporters/pushgateway/group_store.h"
#include "exporters/pushgateway/pushed_family.h"

namespace sonde::pushgateway {

// The family as it was pushed, labels joined.
PushedFamily read_family(const std::string& name, const GroupStore::Family& family, const GroupingKey& key);

}  // namespace sonde::pushgateway
