#include "common/http_client/request_headers.h"

#include "common/core/base64.h"
#include "common/core/text.h"

namespace sonde::http {

Result<std::string> read_secret(const Secret& secret, FileCache& files) {
  if (secret.file.empty()) return secret.text;
  auto bytes = files.read(secret.file);
  if (!bytes) return bytes.error();
  return std::string(trim(**bytes));
}

Status append_lines(const std::vector<ExtraHeader>& headers, FileCache& files,
                    std::vector<std::string>& lines) {
  for (const ExtraHeader& header : headers) {
    for (const std::string& value : header.values) lines.push_back(header.name + ": " + value);
    for (const std::string& value : header.secrets) lines.push_back(header.name + ": " + value);
    for (const std::string& file : header.files) {
      auto value = read_secret(Secret{.text = "", .file = file}, files);
      if (!value) return value.error().in("http_headers");
      lines.push_back(header.name + ": " + *value);
    }
  }
  return Ok{};
}

Result<std::vector<std::string>> credential_lines(const ClientConfig& config, FileCache& files) {
  std::vector<std::string> lines;
  if (!config.basic_auth.username.empty() || !config.basic_auth.password.empty()) {
    auto username = read_secret(config.basic_auth.username, files);
    if (!username) return username.error().in("basic_auth: username_file");
    auto password = read_secret(config.basic_auth.password, files);
    if (!password) return password.error().in("basic_auth: password_file");
    lines.push_back("Authorization: Basic " + encode_base64(*username + ":" + *password));
  } else if (!config.authorization.credentials.empty()) {
    auto credentials = read_secret(config.authorization.credentials, files);
    if (!credentials) return credentials.error().in("authorization: credentials_file");
    lines.push_back("Authorization: " + config.authorization.type + " " + *credentials);
  }
  if (auto added = append_lines(config.http_headers, files, lines); !added) return added.error();
  return lines;
}

}  // namespace sonde::http
