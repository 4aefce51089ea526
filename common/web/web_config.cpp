#include "common/web/web_config.h"

#include <array>
#include <utility>

#include "common/core/text.h"
#include "common/io/file_system.h"
#include "common/web/password_check.h"
#include "common/web/tls_names.h"
#include "common/yaml/value.h"

namespace sonde::web {
namespace {

constexpr uint64_t kPemBytesMax = 4 << 20;
constexpr const char* kSystemRoots = "/etc/ssl/certs/ca-certificates.crt";

constexpr std::array kClientAuths{
    yaml::Choice<ClientAuth>{"NoClientCert", ClientAuth::None},
    yaml::Choice<ClientAuth>{"RequestClientCert", ClientAuth::Request},
    yaml::Choice<ClientAuth>{"RequireAnyClientCert", ClientAuth::RequireAny},
    yaml::Choice<ClientAuth>{"VerifyClientCertIfGiven", ClientAuth::VerifyIfGiven},
    yaml::Choice<ClientAuth>{"RequireAndVerifyClientCert", ClientAuth::RequireAndVerify},
};
constexpr std::array kVersions{
    yaml::Choice<uint8_t>{"TLS10", 0},
    yaml::Choice<uint8_t>{"TLS11", 1},
    yaml::Choice<uint8_t>{"TLS12", 2},
    yaml::Choice<uint8_t>{"TLS13", 3},
};

// A header that may be set, and its values where these are limited.
struct AllowedHeader {
  std::string_view name;
  std::array<std::string_view, 2> values{};
};
constexpr std::array kAllowedHeaders{
    AllowedHeader{"Content-Security-Policy", {}},
    AllowedHeader{"Strict-Transport-Security", {}},
    AllowedHeader{"X-Content-Type-Options", {"nosniff", ""}},
    AllowedHeader{"X-Frame-Options", {"deny", "sameorigin"}},
    AllowedHeader{"X-XSS-Protection", {}},
};

std::string join_path(const std::string& folder, const std::string& path) {
  return path.empty() || path.starts_with('/') || folder.empty() ? path : folder + "/" + path;
}

void check_names(const yaml::Fields& fields, std::string_view key, const std::vector<std::string>& names,
                 bool (*is_known)(std::string_view)) {
  for (const std::string& name : names) {
    if (!is_known(name)) fields.fail(key, "unknown name " + quoted(name));
  }
}

}  // namespace

// Found by argument-dependent look-up, which does not look into an unnamed namespace.
void decode(const yaml::Value& in, TlsServerConfig& out) {
  yaml::Fields fields(in, "tls_server_config");
  for (const std::string_view key : {"cert", "cert_file", "key", "key_file", "client_ca", "client_ca_file",
                                     "client_auth_type", "client_allowed_sans"}) {
    out.present = out.present || fields.has(key);
  }
  fields.read("cert_file", out.cert_file);
  fields.read("key_file", out.key_file);
  fields.read("client_ca_file", out.client_ca_file);
  fields.read("cert", out.cert);
  fields.read("key", out.key);
  fields.read("client_ca", out.client_ca);
  fields.choose("client_auth_type", kClientAuths, out.client_auth);
  fields.read("client_allowed_sans", out.client_allowed_sans);
  fields.choose("min_version", kVersions, out.version_min);
  fields.choose("max_version", kVersions, out.version_max);
  fields.read("cipher_suites", out.cipher_suites);
  fields.read("curve_preferences", out.curve_preferences);
  fields.read("prefer_server_cipher_suites", out.prefer_server_cipher_suites);
  check_names(fields, "cipher_suites", out.cipher_suites, &is_cipher_suite);
  check_names(fields, "curve_preferences", out.curve_preferences, &is_curve);
  if (out.version_min > out.version_max) fields.fail("min_version", "is above max_version");
  fields.finish();
  if (!out.present || fields.failed()) return;
  if (out.cert.empty() == out.cert_file.empty()) in.fail("want one of cert and cert_file");
  if (out.key.empty() == out.key_file.empty()) in.fail("want one of key and key_file");
  const bool has_ca = !out.client_ca.empty() || !out.client_ca_file.empty();
  if (!out.client_ca.empty() && !out.client_ca_file.empty())
    in.fail("client_ca and client_ca_file cannot be combined");
  if (has_ca && out.client_auth == ClientAuth::None) {
    in.fail("client_ca_file needs a client_auth_type that asks for a certificate");
  }
}

namespace {

void decode_headers(const yaml::Value& in, std::map<std::string, std::string>& out) {
  decode(in, out);
  for (const auto& [name, value] : out) {
    const AllowedHeader* allowed = nullptr;
    for (const AllowedHeader& header : kAllowedHeaders) {
      if (equals_ignoring_case(header.name, name)) allowed = &header;
    }
    if (allowed == nullptr) return in.fail("header " + quoted(name) + " cannot be configured");
    if (value.find_first_of("\r\n") != std::string::npos)
      return in.fail("header " + quoted(name) + " has a line break");
    if (value.empty() || allowed->values[0].empty()) continue;
    const std::string lower = to_lower_ascii(value);
    if (lower != allowed->values[0] && lower != allowed->values[1]) {
      return in.fail("header " + quoted(name) + " cannot be " + quoted(value));
    }
  }
}

}  // namespace

void decode(const yaml::Value& in, WebConfig& out) {
  yaml::Fields fields(in, "web configuration");
  fields.read("tls_server_config", out.tls);
  fields.visit("http_server_config", [&out](const yaml::Value& value) {
    yaml::Fields http(value, "http_server_config");
    http.read("http2", out.http2);
    http.visit("headers", [&out](const yaml::Value& headers) { decode_headers(headers, out.headers); });
    http.finish();
  });
  fields.read("basic_auth_users", out.users);
  fields.visit("rate_limit", [&out](const yaml::Value& value) {
    yaml::Fields limit(value, "rate_limit");
    limit.read("interval", out.rate_interval);
    limit.read("burst", out.rate_burst);
    limit.finish();
  });
  for (const auto& [name, hash] : out.users) {
    // The hash is a secret and stays out of the message.
    if (!is_bcrypt_hash(hash))
      fields.fail("basic_auth_users", "the password of " + quoted(name) + " is no bcrypt hash");
  }
  fields.finish();
}

namespace {

http::TlsOptions::ClientCertificate rule_of(ClientAuth auth) {
  using Rule = http::TlsOptions::ClientCertificate;
  switch (auth) {
    case ClientAuth::RequireAny:
      return Rule::RequireAny;
    case ClientAuth::VerifyIfGiven:
      return Rule::VerifyIfGiven;
    case ClientAuth::RequireAndVerify:
      return Rule::RequireAndVerify;
    // A certificate that is asked for and may be anything or missing changes nothing here.
    case ClientAuth::Request:
    case ClientAuth::None:
      break;
  }
  return Rule::None;
}

Status read_pem(const std::string& folder, const std::string& path, std::string_view key, std::string& out) {
  if (path.empty()) return Ok{};
  auto text = io::read_file(io::real_file_system(), join_path(folder, path), kPemBytesMax);
  if (!text) return text.error().in("tls_server_config." + std::string(key));
  if (text->find("-----BEGIN ") == std::string::npos) {
    return Error(ErrorCode::InvalidArgument,
                 "tls_server_config." + std::string(key) + ": " + path + " holds no PEM block");
  }
  out = std::move(*text);
  return Ok{};
}

}  // namespace

Result<WebConfig> parse_web_config(std::string_view text, const std::string& file_name,
                                   const std::string& folder) {
  WebConfig config;
  auto loaded = yaml::load(text, file_name, config);
  if (!loaded) return loaded.error();
  TlsServerConfig& tls = config.tls;
  if (!tls.present) return config;
  struct Source {
    std::string_view key;
    const std::string& path;
    std::string& text;
  };
  const std::array sources{Source{"cert_file", tls.cert_file, tls.cert},
                           Source{"key_file", tls.key_file, tls.key},
                           Source{"client_ca_file", tls.client_ca_file, tls.client_ca}};
  for (const Source& source : sources) {
    auto read = read_pem(folder, source.path, source.key, source.text);
    if (!read) return read.error().in(file_name);
  }
  return config;
}

Result<WebConfig> load_web_config(const std::string& path) {
  const auto text = io::read_file(io::real_file_system(), path, kWebConfigBytesMax);
  if (!text) return text.error().in("web configuration");
  const size_t slash = path.rfind('/');
  return parse_web_config(*text, path, slash == std::string::npos ? "" : path.substr(0, slash));
}

Result<std::optional<http::TlsOptions>> tls_options(const WebConfig& config) {
  const TlsServerConfig& tls = config.tls;
  if (!tls.present) return std::optional<http::TlsOptions>();
  if (!tls.client_allowed_sans.empty()) {
    return Error(ErrorCode::Unsupported, "tls_server_config.client_allowed_sans is not supported yet");
  }
  http::TlsOptions options;
  options.certificate = tls.cert;
  options.key = tls.key;
  options.client_certificate = rule_of(tls.client_auth);
  const bool verifies =
      tls.client_auth == ClientAuth::VerifyIfGiven || tls.client_auth == ClientAuth::RequireAndVerify;
  if (verifies) options.client_ca = tls.client_ca;
  if (verifies && options.client_ca.empty()) {
    auto roots = io::read_file(io::real_file_system(), kSystemRoots, kPemBytesMax);
    if (!roots) return roots.error().in("tls_server_config.client_auth_type without client_ca_file");
    options.client_ca = std::move(*roots);
  }
  options.priorities = gnutls_priorities({.version_min = tls.version_min,
                                          .version_max = tls.version_max,
                                          .cipher_suites = tls.cipher_suites,
                                          .curves = tls.curve_preferences,
                                          .server_order = tls.prefer_server_cipher_suites});
  return std::optional(std::move(options));
}

}  // namespace sonde::web
