#pragma once
// The file of --web.config.file: TLS, users, response headers, rate limit, and our own roles. Read strictly:
// a wrong key or value is an error with its place. A plain value; live_config.h keeps it up to date.

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "common/http_server/tls_policy.h"

namespace sonde::web {

inline constexpr uint64_t kWebConfigBytesMax = 1 << 20;

enum class ClientAuth : uint8_t { None, Request, RequireAny, VerifyIfGiven, RequireAndVerify };

struct TlsServerConfig {
  // PEM text as given, or a file, which wins and whose path is absolute or starts at the working folder.
  std::string cert;
  std::string cert_file;
  std::string key;
  std::string key_file;
  std::string client_ca;
  std::string client_ca_file;
  std::optional<ClientAuth> client_auth;
  std::vector<std::string> client_allowed_sans;
  uint8_t version_min = 2;  // 0 is TLS 1.0, 3 is TLS 1.3
  uint8_t version_max = 3;
  std::vector<std::string> cipher_suites;      // the originals' names
  std::vector<std::string> curve_preferences;  // likewise
  bool prefer_server_cipher_suites = true;

  // HTTPS is served as soon as one of the fields that need it is set.
  bool is_enabled() const;
};

// Differs: the originals know no roles, every user may do everything.
enum class Role : uint8_t { Admin, ReadOnly };

struct WebConfig {
  TlsServerConfig tls;
  bool http2 = true;                           // parsed; this server speaks HTTP/1.1
  std::map<std::string, std::string> headers;  // an empty value: the header is not sent
  std::map<std::string, std::string> users;    // name → bcrypt hash
  std::map<std::string, Role> roles;           // of users; those without are admins
  std::chrono::nanoseconds rate_interval{0};   // 0: no limit
  uint64_t rate_burst = 0;
};

// Reads and checks the text; relative paths start at `folder`. No other file is opened.
Result<WebConfig> parse_web_config(std::string_view text, const std::string& file_name,
                                   const std::string& folder);
Result<WebConfig> load_web_config(const std::string& path);

// What new HTTPS connections are served with, from the certificate files as they are now; null for plain
// HTTP.
Result<std::shared_ptr<const http::TlsPolicy>> load_tls_policy(const WebConfig& config);

}  // namespace sonde::web
