#include "common/http_client/client_config_yaml.h"

#include <algorithm>
#include <array>

#include "common/core/text.h"
#include "common/yaml/writer.h"

namespace sonde::http {
namespace {

constexpr std::array<std::string_view, 4> kTlsVersions{"TLS10", "TLS11", "TLS12", "TLS13"};

// Set by the client itself or by the scraper; in lower case.
constexpr std::array<std::string_view, 18> kReservedHeaders{
    "accept-encoding",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "user-agent",
    "www-authenticate",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-security-token",
    "x-prometheus-remote-read-version",
    "x-prometheus-remote-write-version",
    "x-prometheus-scrape-timeout-seconds",
};
static_assert(std::ranges::is_sorted(kReservedHeaders));

// The pair `key` and `key_file`, of which one may be set.
void read_secret(yaml::Fields& fields, std::string_view key, Secret& out) {
  const std::string file_key = std::string(key) + "_file";
  fields.read(key, out.text);
  fields.read(file_key, out.file);
  if (!out.text.empty() && !out.file.empty()) {
    fields.fail(file_key, "only one of " + std::string(key) + " and " + file_key + " may be set");
  }
}

void read_tls_version(yaml::Fields& fields, std::string_view key, std::string& out) {
  fields.read(key, out);
  if (!out.empty() && std::ranges::find(kTlsVersions, out) == kTlsVersions.end()) {
    fields.fail(key, "unknown TLS version " + quoted(out) + "; want TLS10, TLS11, TLS12 or TLS13");
  }
}

void decode(const yaml::Value& in, BasicAuth& out) {
  yaml::Fields fields(in, "basic_auth");
  read_secret(fields, "username", out.username);
  read_secret(fields, "password", out.password);
  fields.finish();
}

void decode(const yaml::Value& in, Authorization& out) {
  yaml::Fields fields(in, "authorization");
  fields.read("type", out.type);
  read_secret(fields, "credentials", out.credentials);
  out.type = trim(out.type);
  if (out.type.empty()) out.type = "Bearer";
  if (equals_ignoring_case(out.type, "basic"))
    fields.fail("type", "type basic is not allowed, use basic_auth");
  fields.finish();
}

// proxy_connect_header: a name, then its values, all of them secret.
void read_connect_headers(yaml::Fields& fields, std::vector<ExtraHeader>& out) {
  fields.visit("proxy_connect_header", [&out](const yaml::Value& value) {
    yaml::Fields headers(value, "proxy_connect_header");
    headers.visit_rest([&out](std::string_view name, const yaml::Value& secrets) {
      ExtraHeader header;
      header.name = name;
      decode(secrets, header.secrets);
      out.push_back(std::move(header));
    });
  });
}

// The four proxy keys, which ClientConfig and OAuth2 share.
template <class Config>
void read_proxy(yaml::Fields& fields, Config& out) {
  fields.read("proxy_url", out.proxy_url);
  fields.read("no_proxy", out.no_proxy);
  fields.read("proxy_from_environment", out.proxy_from_environment);
  read_connect_headers(fields, out.proxy_connect_headers);
  if (const auto status = check_url(out.proxy_url); !status)
    fields.fail("proxy_url", status.error().message());
  if (out.proxy_from_environment && !out.proxy_url.empty()) {
    fields.fail("proxy_url", "proxy_url and proxy_from_environment exclude each other");
  }
  if (out.proxy_from_environment && !out.no_proxy.empty()) {
    fields.fail("no_proxy", "no_proxy and proxy_from_environment exclude each other");
  }
  if (out.proxy_url.empty() && !out.no_proxy.empty()) fields.fail("no_proxy", "no_proxy needs proxy_url");
  if (!out.proxy_connect_headers.empty() && !out.proxy_from_environment && out.proxy_url.empty()) {
    fields.fail("proxy_connect_header", "proxy_connect_header needs proxy_url or proxy_from_environment");
  }
}

void decode(const yaml::Value& in, OAuth2& out) {
  yaml::Fields fields(in, "oauth2");
  fields.read("client_id", out.client_id);
  read_secret(fields, "client_secret", out.client_secret);
  fields.read("grant_type", out.grant_type);
  read_secret(fields, "client_certificate_key", out.certificate_key);
  fields.read("client_certificate_key_id", out.certificate_key_id);
  fields.read("signature_algorithm", out.signature_algorithm);
  fields.read("iss", out.issuer);
  fields.read("audience", out.audience);
  fields.read("claims", out.claims);
  fields.read("scopes", out.scopes);
  fields.read("token_url", out.token_url);
  fields.read("endpoint_params", out.endpoint_params);
  fields.read("tls_config", out.tls);
  read_proxy(fields, out);
  if (out.client_id.empty()) fields.fail("client_id", "oauth2 needs a client_id");
  if (out.token_url.empty()) fields.fail("token_url", "oauth2 needs a token_url");
  const std::string& algorithm = out.signature_algorithm;
  if (!algorithm.empty() && algorithm != "RS256" && algorithm != "RS384" && algorithm != "RS512") {
    fields.fail("signature_algorithm", "signature_algorithm must be RS256, RS384 or RS512");
  }
  fields.finish();
}

void decode(const yaml::Value& in, ExtraHeader& out) {
  yaml::Fields fields(in, "http_headers");
  fields.read("values", out.values);
  fields.read("secrets", out.secrets);
  fields.read("files", out.files);
  fields.finish();
}

void read_extra_headers(yaml::Fields& fields, std::vector<ExtraHeader>& out) {
  fields.visit("http_headers", [&out](const yaml::Value& value) {
    yaml::Fields headers(value, "http_headers");
    headers.visit_rest([&out](std::string_view name, const yaml::Value& in) {
      if (std::ranges::binary_search(kReservedHeaders, to_lower_ascii(name))) {
        return in.fail("the header " + quoted(name) + " may not be set here");
      }
      ExtraHeader header;
      if (!in.is_null()) decode(in, header);
      header.name = name;
      out.push_back(std::move(header));
    });
  });
}

// bearer_token and bearer_token_file, the older spelling of authorization.
void read_bearer_token(yaml::Fields& fields, Authorization& out) {
  Secret token;
  read_secret(fields, "bearer_token", token);
  if (token.empty()) return;
  if (fields.has("authorization")) {
    return fields.fail("authorization", "authorization and bearer_token exclude each other");
  }
  out.credentials = std::move(token);
}

yaml::Node hidden() {
  return yaml::make_text("<secret>");
}

void put_secret(yaml::Node& map, const std::string& key, const Secret& secret) {
  if (!secret.text.empty()) yaml::put(map, key, hidden());
  yaml::put_unless_empty(map, key + "_file", yaml::make_text(secret.file));
}

template <class Config>
void put_proxy(yaml::Node& map, const Config& config) {
  yaml::put_unless_empty(map, "proxy_url", yaml::make_text(hide_password(config.proxy_url)));
  yaml::put_unless_empty(map, "no_proxy", yaml::make_text(config.no_proxy));
  if (config.proxy_from_environment) yaml::put(map, "proxy_from_environment", yaml::make_boolean(true));
  yaml::Node headers = yaml::make_map();
  for (const ExtraHeader& header : config.proxy_connect_headers) {
    yaml::put(headers, header.name,
              yaml::make_list(std::vector<std::string>(header.secrets.size(), "<secret>")));
  }
  yaml::put_unless_empty(map, "proxy_connect_header", std::move(headers));
}

yaml::Node to_node(const BasicAuth& auth) {
  yaml::Node map = yaml::make_map();
  yaml::put_unless_empty(map, "username", yaml::make_text(auth.username.text));
  yaml::put_unless_empty(map, "username_file", yaml::make_text(auth.username.file));
  put_secret(map, "password", auth.password);
  return map;
}

yaml::Node to_node(const OAuth2& oauth2) {
  yaml::Node map = yaml::make_map();
  yaml::put(map, "client_id", yaml::make_text(oauth2.client_id));
  put_secret(map, "client_secret", oauth2.client_secret);
  yaml::put_unless_empty(map, "grant_type", yaml::make_text(oauth2.grant_type));
  put_secret(map, "client_certificate_key", oauth2.certificate_key);
  yaml::put_unless_empty(map, "client_certificate_key_id", yaml::make_text(oauth2.certificate_key_id));
  yaml::put_unless_empty(map, "signature_algorithm", yaml::make_text(oauth2.signature_algorithm));
  yaml::put_unless_empty(map, "iss", yaml::make_text(oauth2.issuer));
  yaml::put_unless_empty(map, "audience", yaml::make_text(oauth2.audience));
  yaml::put_unless_empty(map, "claims", yaml::make_map(oauth2.claims));
  yaml::put_unless_empty(map, "scopes", yaml::make_list(oauth2.scopes));
  yaml::put(map, "token_url", yaml::make_text(oauth2.token_url));
  yaml::put_unless_empty(map, "endpoint_params", yaml::make_map(oauth2.endpoint_params));
  yaml::put_unless_empty(map, "tls_config", to_node(oauth2.tls));
  put_proxy(map, oauth2);
  return map;
}

yaml::Node to_node(const std::vector<ExtraHeader>& headers) {
  yaml::Node map = yaml::make_map();
  for (const ExtraHeader& header : headers) {
    yaml::Node node = yaml::make_map();
    yaml::put_unless_empty(node, "values", yaml::make_list(header.values));
    yaml::put_unless_empty(node, "secrets",
                           yaml::make_list(std::vector<std::string>(header.secrets.size(), "<secret>")));
    yaml::put_unless_empty(node, "files", yaml::make_list(header.files));
    yaml::put(map, header.name, std::move(node));
  }
  return map;
}

}  // namespace

void decode(const yaml::Value& in, TlsConfig& out) {
  yaml::Fields fields(in, "tls_config");
  read_secret(fields, "ca", out.ca);
  read_secret(fields, "cert", out.cert);
  read_secret(fields, "key", out.key);
  fields.read("server_name", out.server_name);
  fields.read("insecure_skip_verify", out.insecure_skip_verify);
  read_tls_version(fields, "min_version", out.min_version);
  read_tls_version(fields, "max_version", out.max_version);
  if (out.cert.empty() != out.key.empty()) {
    fields.fail(out.key.empty() ? "a client certificate needs its key: set key or key_file"
                                : "a client key needs its certificate: set cert or cert_file");
  }
  fields.finish();
}

void decode(const yaml::Value& in, ClientConfig& out) {
  yaml::Fields fields(in, "http_client_config");
  read_client_config(fields, out);
  fields.finish();
}

void read_client_config(yaml::Fields& fields, ClientConfig& out) {
  const auto set = [&fields](std::string_view key) {
    const yaml::Node* node = fields.value().node().find(key);
    return node != nullptr && node->kind != yaml::NodeKind::Null ? 1 : 0;
  };
  const bool bearer = set("bearer_token") + set("bearer_token_file") > 0;
  if (set("basic_auth") + set("oauth2") + (set("authorization") > 0 || bearer ? 1 : 0) > 1) {
    fields.fail("only one of basic_auth, authorization (or bearer_token) and oauth2 may be set");
  }
  fields.visit("basic_auth", [&out](const yaml::Value& value) { decode(value, out.basic_auth); });
  fields.visit("authorization", [&out](const yaml::Value& value) { decode(value, out.authorization); });
  read_bearer_token(fields, out.authorization);
  fields.visit("oauth2", [&out](const yaml::Value& value) {
    if (!value.is_null()) decode(value, out.oauth2.emplace());
  });
  fields.read("tls_config", out.tls);
  read_proxy(fields, out);
  fields.read("follow_redirects", out.follow_redirects);
  fields.read("enable_http2", out.enable_http2);
  read_extra_headers(fields, out.http_headers);
}

bool has_authentication(const ClientConfig& config) {
  const BasicAuth& basic = config.basic_auth;
  return !basic.username.empty() || !basic.password.empty() || !config.authorization.credentials.empty() ||
         config.oauth2.has_value();
}

void join_folder(std::string& path, std::string_view folder) {
  if (path.empty() || path.front() == '/' || folder.empty()) return;
  path.insert(0, std::string(folder) + (folder.back() == '/' ? "" : "/"));
}

void join_folder(TlsConfig& config, std::string_view folder) {
  join_folder(config.ca.file, folder);
  join_folder(config.cert.file, folder);
  join_folder(config.key.file, folder);
}

void join_folder(ClientConfig& config, std::string_view folder) {
  join_folder(config.tls, folder);
  join_folder(config.basic_auth.username.file, folder);
  join_folder(config.basic_auth.password.file, folder);
  join_folder(config.authorization.credentials.file, folder);
  if (config.oauth2) {
    join_folder(config.oauth2->client_secret.file, folder);
    join_folder(config.oauth2->certificate_key.file, folder);
    join_folder(config.oauth2->tls, folder);
  }
  for (ExtraHeader& header : config.http_headers) {
    for (std::string& file : header.files) join_folder(file, folder);
  }
}

yaml::Node to_node(const TlsConfig& config) {
  yaml::Node map = yaml::make_map();
  yaml::put_unless_empty(map, "ca", yaml::make_text(config.ca.text));
  yaml::put_unless_empty(map, "cert", yaml::make_text(config.cert.text));
  if (!config.key.text.empty()) yaml::put(map, "key", hidden());
  yaml::put_unless_empty(map, "ca_file", yaml::make_text(config.ca.file));
  yaml::put_unless_empty(map, "cert_file", yaml::make_text(config.cert.file));
  yaml::put_unless_empty(map, "key_file", yaml::make_text(config.key.file));
  yaml::put_unless_empty(map, "server_name", yaml::make_text(config.server_name));
  const bool any = !map.entries.empty() || config.insecure_skip_verify || !config.min_version.empty() ||
                   !config.max_version.empty();
  if (!any) return {};
  yaml::put(map, "insecure_skip_verify", yaml::make_boolean(config.insecure_skip_verify));
  yaml::put_unless_empty(map, "min_version", yaml::make_text(config.min_version));
  yaml::put_unless_empty(map, "max_version", yaml::make_text(config.max_version));
  return map;
}

void put_client_config(yaml::Node& map, const ClientConfig& config) {
  yaml::put_unless_empty(map, "basic_auth", to_node(config.basic_auth));
  if (!config.authorization.credentials.empty()) {
    yaml::Node authorization = yaml::make_map();
    yaml::put(authorization, "type", yaml::make_text(config.authorization.type));
    put_secret(authorization, "credentials", config.authorization.credentials);
    yaml::put(map, "authorization", std::move(authorization));
  }
  if (config.oauth2) yaml::put(map, "oauth2", to_node(*config.oauth2));
  yaml::put_unless_empty(map, "tls_config", to_node(config.tls));
  yaml::put(map, "follow_redirects", yaml::make_boolean(config.follow_redirects));
  yaml::put(map, "enable_http2", yaml::make_boolean(config.enable_http2));
  put_proxy(map, config);
  yaml::put_unless_empty(map, "http_headers", to_node(config.http_headers));
}

}  // namespace sonde::http
