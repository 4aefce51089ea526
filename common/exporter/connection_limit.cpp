#include "common/exporter/connection_limit.h"

namespace sonde::exporter {
namespace {

constexpr int64_t kConnectionsMax = 65'536;  // each costs a descriptor and some kilobytes

}  // namespace

void add_connection_limit(Flags& flags, int64_t& count_max) {
  flags.integer("web.max-connections", count_max, "How many connections may be open at once.");
}

Result<unsigned> check_connection_limit(int64_t count_max) {
  if (count_max < 1 || count_max > kConnectionsMax) {
    return Error(ErrorCode::InvalidArgument,
                 "--web.max-connections must be 1 to " + std::to_string(kConnectionsMax));
  }
  return static_cast<unsigned>(count_max);
}

}  // namespace sonde::exporter
