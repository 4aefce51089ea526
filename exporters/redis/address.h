#pragma once
// Redis addresses as users write them: redis://, rediss:// (TLS), valkey://, valkeys://, unix:// and bare
// host:port.

#include <string>
#include <string_view>

#include "common/core/result.h"
#include "exporters/redis/transport.h"

namespace sonde::redis {

// "redis://[user[:password]@]host[:port][/database]", "unix:///path", "host:port", "host".
Result<Address> parse_address(std::string_view text);

// The address without its secrets, "redis://host:port".
std::string write_address(const Address& address);
// "redis://user@host:port", where there is a user.
std::string write_address_with_user(const Address& address);

}  // namespace sonde::redis
