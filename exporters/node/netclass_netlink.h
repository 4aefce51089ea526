#pragma once
// The netclass collector over netlink (--collector.netclass.netlink): one question for all devices instead of
// twenty files each. Its families differ a little from those of sysfs, as they do in the original.

#include "exporters/node/collectors.h"

namespace sonde::node {

MadeCollector make_netclass_netlink(const CollectorContext& context, Pattern ignored);

}  // namespace sonde::node
