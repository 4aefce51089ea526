#include "common/web/web_config.h"

#include <array>
#include <memory>
#include <utility>

#include "common/core/duration.h"
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
    yaml::Choice<ClientAuth>{"RequireClientCert", ClientAuth::RequireAny},  // an old name
    yaml::Choice<ClientAuth>{"VerifyClientCertIfGiven", ClientAuth::VerifyIfGiven},
    yaml::Choice<ClientAuth>{"RequireAndVerifyClientCert", ClientAuth::RequireAndVerify},
};
constexpr std::array kVersions{
    yaml::Choice<uint8_t>{"TLS10", 0},
    yaml::Choice<uint8_t>{"TLS11", 1},
    yaml::Choice<uint8_t>{"TLS12", 2},
    yaml::Choice<uint8_t>{"TLS13", 3},
};
constexpr std::array kRoles{
    yaml::Choice<Role>{"admin", Role::Admin},
    yaml::Choice<Role>{"read_only", Role::ReadOnly},
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

bool TlsServerConfig::is_enabled() const {
  return !cert.empty() || !cert_file.empty() || !key.empty() || !key_file.empty() || !client_ca.empty() ||
         !client_ca_file.empty() || client_auth.has_value();
}

// Found by argument-dependent look-up, which does not look into an unnamed namespace.
void decode(const yaml::Value& in, TlsServerConfig& out) {
  yaml::Fields fields(in, "tls_server_config");
  fields.read("cert_file", out.cert_file);
  fields.read("key_file", out.key_file);
  fields.read("client_ca_file", out.client_ca_file);
  fields.read("cert", out.cert);
  fields.read("key", out.key);
  fields.read("client_ca", out.client_ca);
  fields.visit("client_auth_type", [&out](const yaml::Value& value) {
    if (value.is_null() || value.node().text.empty()) return;
    ClientAuth auth{};
    decode_choice(value, kClientAuths, auth);
    out.client_auth = auth;
  });
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
  if (!out.is_enabled() || fields.failed()) return;
  if (out.cert.empty() && out.cert_file.empty()) return in.fail("want one of cert and cert_file");
  if (out.key.empty() && out.key_file.empty()) return in.fail("want one of key and key_file");
  const bool has_ca = !out.client_ca.empty() || !out.client_ca_file.empty();
  if (has_ca && out.client_auth.value_or(ClientAuth::None) == ClientAuth::None) {
    in.fail("client_ca_file needs a client_auth_type that asks for a certificate");
  }
}

namespace {

void decode_headers(const yaml::Value& in, std::map<std::string, std::string>& out) {
  decode(in, out);
  for (const auto& [name, value] : out) {
    const AllowedHeader* allowed = nullptr;
    for (const AllowedHeader& header : kAllowedHeaders) {
      if (header.name == name) allowed = &header;
    }
    if (allowed == nullptr) return in.fail("header " + quoted(name) + " cannot be configured");
    if (value.find_first_of("\r\n") != std::string::npos)
      return in.fail("header " + quoted(name) + " has a line break");
    // Differs: the original refuses an empty value of a header whose values are limited, against its manual.
    if (value.empty() || allowed->values[0].empty()) continue;
    if (value != allowed->values[0] && value != allowed->values[1]) {
      return in.fail("header " + quoted(name) + " cannot be " + quoted(value));
    }
  }
}

// A number alone counts nanoseconds, as in Go.
void decode_interval(const yaml::Value& in, std::chrono::nanoseconds& out) {
  if (const auto number = yaml::integer_of(in)) return void(out = std::chrono::nanoseconds(*number));
  const auto interval = parse_go_duration(in.node().text);
  if (!interval) return in.fail(interval.error().message());
  out = *interval;
  if (out.count() < 0) in.fail("is below 0");
}

void decode_roles(const yaml::Value& in, WebConfig& out) {
  if (in.node().kind != yaml::NodeKind::Map) return in.fail_type("a mapping of users to roles");
  for (const yaml::Entry& entry : in.node().entries) {
    const yaml::Value value(entry.value, in, std::string_view(entry.key));
    decode_choice(value, kRoles, out.roles[entry.key]);
    if (!out.users.contains(entry.key)) value.fail("is no user of basic_auth_users");
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
  fields.visit("sonde", [&out](const yaml::Value& value) {
    yaml::Fields ours(value, "sonde");
    ours.visit("roles", [&out](const yaml::Value& roles) { decode_roles(roles, out); });
    ours.finish();
  });
  fields.visit("rate_limit", [&out](const yaml::Value& value) {
    yaml::Fields limit(value, "rate_limit");
    limit.visit("interval",
                [&out](const yaml::Value& interval) { decode_interval(interval, out.rate_interval); });
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
    case ClientAuth::Request:
      return Rule::Request;
    case ClientAuth::RequireAny:
      return Rule::RequireAny;
    case ClientAuth::VerifyIfGiven:
      return Rule::VerifyIfGiven;
    case ClientAuth::RequireAndVerify:
      return Rule::RequireAndVerify;
    case ClientAuth::None:
      break;
  }
  return Rule::None;
}

// The text as given, or the file's.
Result<std::string> read_pem(std::string_view key, const std::string& text, const std::string& path) {
  const std::string where = "tls_server_config." + std::string(key) + (path.empty() ? "" : "_file");
  if (path.empty()) {
    if (text.find("-----BEGIN ") != std::string::npos) return text;
    return Error(ErrorCode::InvalidArgument, where + " holds no PEM block");
  }
  auto read = io::read_file(io::real_file_system(), path, kPemBytesMax);
  if (!read) return read.error().in(where);
  if (read->find("-----BEGIN ") != std::string::npos) return read;
  return Error(ErrorCode::InvalidArgument, where + ": " + path + " holds no PEM block");
}

Status read_roots(const TlsServerConfig& tls, std::string& out) {
  if (tls.client_ca.empty() && tls.client_ca_file.empty()) {
    auto roots = io::read_file(io::real_file_system(), kSystemRoots, kPemBytesMax);
    if (!roots) return roots.error().in("tls_server_config.client_auth_type without client_ca_file");
    out = std::move(*roots);
    return Ok{};
  }
  auto roots = read_pem("client_ca", tls.client_ca, tls.client_ca_file);
  if (!roots) return roots.error();
  out = std::move(*roots);
  return Ok{};
}

}  // namespace

Result<WebConfig> parse_web_config(std::string_view text, const std::string& file_name,
                                   const std::string& folder) {
  WebConfig config;
  auto loaded = yaml::load(text, file_name, config);
  if (!loaded) return loaded.error();
  for (std::string* path : {&config.tls.cert_file, &config.tls.key_file, &config.tls.client_ca_file}) {
    *path = join_path(folder, *path);
  }
  return config;
}

Result<WebConfig> load_web_config(const std::string& path) {
  const auto text = io::read_file(io::real_file_system(), path, kWebConfigBytesMax);
  if (!text) return text.error().in("web configuration");
  const size_t slash = path.rfind('/');
  return parse_web_config(*text, path, slash == std::string::npos ? "" : path.substr(0, slash));
}

Result<std::shared_ptr<const http::TlsPolicy>> load_tls_policy(const WebConfig& config) {
  const TlsServerConfig& tls = config.tls;
  if (!tls.is_enabled()) return std::shared_ptr<const http::TlsPolicy>();
  http::TlsOptions options;
  auto certificate = read_pem("cert", tls.cert, tls.cert_file);
  if (!certificate) return certificate.error();
  options.certificate = std::move(*certificate);
  auto key = read_pem("key", tls.key, tls.key_file);
  if (!key) return key.error();
  options.key = std::move(*key);
  const ClientAuth auth = tls.client_auth.value_or(ClientAuth::None);
  options.client_certificate = rule_of(auth);
  options.client_names = tls.client_allowed_sans;
  const bool verifies = auth == ClientAuth::VerifyIfGiven || auth == ClientAuth::RequireAndVerify;
  if (verifies || !tls.client_ca.empty() || !tls.client_ca_file.empty()) {
    if (auto read = read_roots(tls, options.client_ca); !read) return read.error();
  }
  set_preferences({.version_min = tls.version_min,
                   .version_max = tls.version_max,
                   .cipher_suites = tls.cipher_suites,
                   .curves = tls.curve_preferences,
                   .server_order = tls.prefer_server_cipher_suites},
                  options);
  auto policy = http::TlsPolicy::make(std::move(options));
  if (!policy) return policy.error().in("tls_server_config");
  return policy;
}

}  // namespace sonde::web
