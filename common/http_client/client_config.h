#pragma once
// How to talk to a server: TLS, authentication, proxy, redirects. Plain data, filled by the YAML decoders of
// the binaries (server.md 1.5); files are read again when they change.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sonde::http {

// Text given inline or by file; at most one of the two is set.
struct Secret {
  std::string text;
  std::string file;
  bool empty() const { return text.empty() && file.empty(); }
  friend bool operator==(const Secret&, const Secret&) = default;
};

struct TlsConfig {
  Secret ca;
  Secret cert;
  Secret key;
  std::string server_name;
  bool insecure_skip_verify = false;
  std::string min_version;  // "", "TLS10" … "TLS13"
  std::string max_version;
  friend bool operator==(const TlsConfig&, const TlsConfig&) = default;
};

struct BasicAuth {
  Secret username;
  Secret password;
  friend bool operator==(const BasicAuth&, const BasicAuth&) = default;
};

struct Authorization {
  std::string type = "Bearer";
  Secret credentials;
  friend bool operator==(const Authorization&, const Authorization&) = default;
};

struct ExtraHeader {
  std::string name;
  std::vector<std::string> values;
  std::vector<std::string> secrets;
  std::vector<std::string> files;
  friend bool operator==(const ExtraHeader&, const ExtraHeader&) = default;
};

// Read, checked and shown; no client here fetches tokens yet, so the binaries warn where it is set.
struct OAuth2 {
  std::string client_id;
  Secret client_secret;
  std::string grant_type;
  Secret certificate_key;
  std::string certificate_key_id;
  std::string signature_algorithm;
  std::string issuer;
  std::string audience;
  std::map<std::string, std::string> claims;
  std::vector<std::string> scopes;
  std::string token_url;
  std::map<std::string, std::string> endpoint_params;
  TlsConfig tls;
  std::string proxy_url;
  std::string no_proxy;
  bool proxy_from_environment = false;
  std::vector<ExtraHeader> proxy_connect_headers;
  friend bool operator==(const OAuth2&, const OAuth2&) = default;
};

struct ClientConfig {
  std::optional<OAuth2> oauth2;
  TlsConfig tls;
  BasicAuth basic_auth;
  Authorization authorization;
  std::string proxy_url;
  std::string no_proxy;
  bool proxy_from_environment = false;
  std::vector<ExtraHeader> proxy_connect_headers;
  bool follow_redirects = true;
  bool enable_http2 = true;
  std::vector<ExtraHeader> http_headers;
  friend bool operator==(const ClientConfig&, const ClientConfig&) = default;
};

}  // namespace sonde::http
