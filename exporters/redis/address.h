#pragma once
// Redis addresses as users write them: redis://, valkey://, unix:// and bare host:port.

#include <string_view>

#include "common/core/result.h"
#include "exporters/redis/client.h"

namespace sonde::redis {

// "redis://[user[:password]@]host[:port][/database]", "unix:///path", "host:port", "host". rediss:// and
// valkeys:// (TLS) are Unsupported in this version.
Result<Address> parse_address(std::string_view text);

// The address without its secrets, "redis://host:port".
std::string write_address(const Address& address);

}  // namespace sonde::redis
