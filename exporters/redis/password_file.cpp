#include "exporters/redis/password_file.h"

#include <nlohmann/json.hpp>

#include "common/core/text.h"

namespace sonde::redis {

Result<std::map<std::string, std::string>> parse_password_file(std::string_view text) {
  if (text.size() > kPasswordFileBytesMax) return Error(ErrorCode::LimitExceeded, "larger than 1 MiB");
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    return Error(ErrorCode::InvalidArgument, "want a JSON object of addresses and passwords");
  }
  std::map<std::string, std::string> passwords;
  for (const auto& [address, password] : json.items()) {
    if (!password.is_string()) {
      return Error(ErrorCode::InvalidArgument, "the password of " + sonde::quoted(address) + " is no string");
    }
    passwords[address] = password.get<std::string>();
  }
  return passwords;
}

}  // namespace sonde::redis
