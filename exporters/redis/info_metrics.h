#pragma once
// Families made of INFO: mapped fields, keyspace, command, error and latency statistics, replication.

#include <cstdint>

#include "exporters/redis/families.h"
#include "exporters/redis/info.h"

namespace sonde::redis {

// Differs: so many databases without keys are shown at the most; a server may say any count.
inline constexpr int64_t kEmptyDatabasesMax = 10'000;

struct InfoOptions {
  bool empty_databases = true;  // databases without keys are shown with 0
  int64_t database_count = 16;  // from CONFIG; 1 in cluster mode
  bool system_metrics = false;  // total_system_memory
};

// One field as its row of the table says; total_system_memory only with `system_metrics`.
void emit_field(const InfoLine& line, bool system_metrics, Families& out);

void emit_info(const Info& info, const InfoOptions& options, Families& out);

}  // namespace sonde::redis
