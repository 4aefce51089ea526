#pragma once
// Families made of INFO's section Replication: a master's replicas, and a replica's masters (KeyDB may have
// several). Pure.

#include "exporters/redis/families.h"
#include "exporters/redis/info.h"

namespace sonde::redis {

void emit_replication(const Info& info, Families& out);

}  // namespace sonde::redis
