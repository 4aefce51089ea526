#pragma once
// The password file: one JSON object of addresses ("redis://[user@]host:port") and their passwords.

#include <map>
#include <string>
#include <string_view>

#include "common/core/result.h"

namespace sonde::redis {

inline constexpr size_t kPasswordFileBytesMax = 1 << 20;

using Passwords = std::map<std::string, std::string>;

// Errors name the key, never a password.
Result<Passwords> parse_password_file(std::string_view text);

// The password of an address: of the key that is the same, or else of the longest key whose "*" stand for any
// characters; nullptr when there is none.
const std::string* find_password(const Passwords& passwords, std::string_view address);

}  // namespace sonde::redis
