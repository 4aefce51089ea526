#pragma once
// --web.max-connections, which every binary has.

#include <cstdint>

#include "common/core/result.h"
#include "common/exporter/flags.h"

namespace sonde::exporter {

// `count_max` holds the default and must outlive parse().
void add_connection_limit(Flags& flags, int64_t& count_max);

// 1 to 65,536 as the server takes it; the error names the flag.
Result<unsigned> check_connection_limit(int64_t count_max);

}  // namespace sonde::exporter
