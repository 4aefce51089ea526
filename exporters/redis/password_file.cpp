#include "exporters/redis/password_file.h"

#include <nlohmann/json.hpp>

#include "common/core/text.h"

namespace sonde::redis {
namespace {

// Without going back further than the last "*", so that the time is bounded by the product of the lengths.
bool matches(std::string_view pattern, std::string_view text) {
  size_t at = 0;
  size_t star = std::string_view::npos;
  size_t star_text = 0;
  for (size_t i = 0; i < text.size();) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      star_text = i;
    } else if (at < pattern.size() && pattern[at] == text[i]) {
      ++at;
      ++i;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      i = ++star_text;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

}  // namespace

Result<Passwords> parse_password_file(std::string_view text) {
  if (text.size() > kPasswordFileBytesMax) return Error(ErrorCode::LimitExceeded, "larger than 1 MiB");
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    return Error(ErrorCode::InvalidArgument, "want a JSON object of addresses and passwords");
  }
  Passwords passwords;
  for (const auto& [address, password] : json.items()) {
    if (!password.is_string()) {
      return Error(ErrorCode::InvalidArgument, "the password of " + sonde::quoted(address) + " is no string");
    }
    passwords[address] = password.get<std::string>();
  }
  return passwords;
}

const std::string* find_password(const Passwords& passwords, std::string_view address) {
  const auto same = passwords.find(std::string(address));
  if (same != passwords.end()) return &same->second;
  const std::string* found = nullptr;
  size_t longest = 0;
  for (const auto& [key, password] : passwords) {
    const bool is_pattern = key.find('*') != std::string::npos;
    if (!is_pattern || key.size() <= longest || !matches(key, address)) continue;
    found = &password;
    longest = key.size();
  }
  return found;
}

}  // namespace sonde::redis
