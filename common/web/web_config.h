#pragma once
// The file of --web.config.file: TLS, users, response headers, rate limit. Read strictly: a wrong key, value
// or a file that is missing is an error with its place. A plain value; web_filter.h puts it to use.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "common/http_server/server.h"

namespace sonde::web {

inline constexpr uint64_t kWebConfigBytesMax = 1 << 20;

enum class ClientAuth : uint8_t { None, Request, RequireAny, VerifyIfGiven, RequireAndVerify };

struct TlsServerConfig {
  bool present = false;  // a certificate, key or client field is set
  std::string cert_file;
  std::string key_file;
  std::string client_ca_file;
  // PEM text, from the files or as given.
  std::string cert;
  std::string key;
  std::string client_ca;
  ClientAuth client_auth = ClientAuth::None;
  std::vector<std::string> client_allowed_sans;
  uint8_t version_min = 2;  // 0 is TLS 1.0, 3 is TLS 1.3
  uint8_t version_max = 3;
  std::vector<std::string> cipher_suites;      // the originals' names
  std::vector<std::string> curve_preferences;  // likewise
  bool prefer_server_cipher_suites = true;
};

struct WebConfig {
  TlsServerConfig tls;
  bool http2 = true;  // parsed; this server speaks HTTP/1.1
  std::map<std::string, std::string> headers;
  std::map<std::string, std::string> users;  // name → bcrypt hash
  std::chrono::milliseconds rate_interval{0};
  uint64_t rate_burst = 0;
};

// Reads and checks the text; relative paths start at `folder`. Certificate files are read too.
Result<WebConfig> parse_web_config(std::string_view text, const std::string& file_name,
                                   const std::string& folder);
Result<WebConfig> load_web_config(const std::string& path);

// What the server needs to serve HTTPS; nullopt for plain HTTP. Unsupported names the key that is not built.
Result<std::optional<http::TlsOptions>> tls_options(const WebConfig& config);

}  // namespace sonde::web
