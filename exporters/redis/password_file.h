#pragma once
// The password file: one JSON object of addresses ("redis://[user@]host:port") and their passwords.

#include <map>
#include <string>
#include <string_view>

#include "common/core/result.h"

namespace sonde::redis {

inline constexpr size_t kPasswordFileBytesMax = 1 << 20;

// Errors name the key, never a password.
Result<std::map<std::string, std::string>> parse_password_file(std::string_view text);

}  // namespace sonde::redis
