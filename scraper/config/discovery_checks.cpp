#include "scraper/config/discovery_checks.h"

#include <algorithm>
#include <array>
#include <string>

#include "common/core/text.h"
#include "common/http_client/client_config_yaml.h"

namespace sonde::config {
namespace {

bool has_credentials(const http::ClientConfig& client) {
  return !client.authorization.credentials.empty() || client.oauth2.has_value();
}
bool has_basic_auth(const http::ClientConfig& client) {
  return !client.basic_auth.username.empty() || !client.basic_auth.password.empty();
}

// Which selectors a role of Kubernetes understands.
struct SelectorRow {
  std::string_view role;
  std::string_view selectors;  // "|a|b|"
};
constexpr std::array kSelectors{
    SelectorRow{"endpoints", "|pod|service|endpoints|"},
    SelectorRow{"endpointslice", "|pod|service|endpointslice|"},
    SelectorRow{"ingress", "|ingress|"},
    SelectorRow{"node", "|node|"},
    SelectorRow{"pod", "|pod|node|"},
    SelectorRow{"service", "|service|"},
};
static_assert(std::ranges::is_sorted(kSelectors, {}, &SelectorRow::role));

// "a=b,c!=d": every term has an operator.
bool is_field_selector(std::string_view text) {
  if (text.empty()) return true;
  return std::ranges::all_of(split(text, ','),
                             [](std::string_view term) { return term.find('=') != std::string_view::npos; });
}

void check_selectors(const yaml::Fields& fields, const yaml::Node& node) {
  const yaml::Node* selectors = node.find("selectors");
  const auto row = std::ranges::find(kSelectors, text_of(node, "role"), &SelectorRow::role);
  if (selectors == nullptr || row == kSelectors.end()) return;
  std::string seen = "|";
  for (const yaml::Node& selector : selectors->items) {
    const std::string role(text_of(selector, "role"));
    if (seen.find("|" + role + "|") != std::string::npos) {
      return fields.fail("selectors", "two selectors for the role " + quoted(role));
    }
    seen += role + "|";
    if (row->selectors.find("|" + role + "|") == std::string_view::npos) {
      return fields.fail("selectors",
                         "the role " + std::string(row->role) + " takes no selector for " + quoted(role));
    }
    const std::string_view field = text_of(selector, "field");
    if (!is_field_selector(field))
      return fields.fail("selectors", "cannot read the field selector " + quoted(field));
  }
}

// The same as if none of the client keys were written.
bool is_default(const http::ClientConfig& client) {
  yaml::Node shown;
  http::put_client_config(shown, client);
  return client.follow_redirects && client.enable_http2 && shown.entries.size() == 2;
}

}  // namespace

void check_azure(const yaml::Fields& fields, const yaml::Node& node, const http::ClientConfig&) {
  if (text_of(node, "authentication_method") != "OAuth") return;
  for (const std::string_view key : {"tenant_id", "client_id", "client_secret"}) {
    if (text_of(node, key).empty()) fields.fail(key, std::string(key) + " is missing");
  }
}

void check_consul(const yaml::Fields& fields, const yaml::Node& node, const http::ClientConfig& client) {
  const bool user = !text_of(node, "username").empty() || !text_of(node, "password").empty();
  if (user && has_basic_auth(client)) fields.fail("basic_auth", "username and basic_auth exclude each other");
  if (!text_of(node, "token").empty() && has_credentials(client)) {
    fields.fail("token", "only one of token, authorization and oauth2 may be set");
  }
}

void check_dns(const yaml::Fields& fields, const yaml::Node& node, const http::ClientConfig&) {
  const std::string type = to_lower_ascii(text_of(node, "type"));
  if (type == "srv") return;
  if (type != "a" && type != "aaaa" && type != "mx" && type != "ns") {
    fields.fail("type", "unknown type " + quoted(type) + "; want SRV, A, AAAA, MX or NS");
  } else if (text_of(node, "port").empty() || text_of(node, "port") == "0") {
    fields.fail("a port is needed for every record type but SRV");
  }
}

void check_kubernetes(const yaml::Fields& fields, const yaml::Node& node, const http::ClientConfig& client) {
  const bool server = !text_of(node, "api_server").empty();
  const bool kubeconfig = !text_of(node, "kubeconfig_file").empty();
  const yaml::Node* namespaces = node.find("namespaces");
  const bool own = namespaces != nullptr && text_of(*namespaces, "own_namespace") == "true";
  if (const auto status = http::check_url(text_of(node, "api_server")); !status) {
    fields.fail("api_server", status.error().message());
  }
  if (server && kubeconfig)
    fields.fail("kubeconfig_file", "kubeconfig_file and api_server exclude each other");
  if (kubeconfig && !is_default(client)) {
    fields.fail("kubeconfig_file", "kubeconfig_file excludes the HTTP client keys");
  }
  if (!server && !is_default(client)) fields.fail("the HTTP client keys need api_server");
  if (own && (server || kubeconfig)) {
    fields.fail("namespaces", "own_namespace excludes api_server and kubeconfig_file");
  }
  check_selectors(fields, node);
}

void check_marathon(const yaml::Fields& fields, const yaml::Node& node, const http::ClientConfig& client) {
  const bool token = !text_of(node, "auth_token").empty();
  const bool file = !text_of(node, "auth_token_file").empty();
  if (token && file) fields.fail("auth_token_file", "only one of auth_token and auth_token_file may be set");
  if ((token || file) && (has_credentials(client) || has_basic_auth(client))) {
    fields.fail("auth_token and auth_token_file exclude basic_auth, authorization and bearer_token");
  }
}

void check_oci(const yaml::Fields& fields, const yaml::Node& node, const http::ClientConfig&) {
  const bool by_key = text_of(node, "auth") == "api_key";
  for (const std::string_view key : {"tenancy", "user", "fingerprint", "key_file"}) {
    const bool set = !text_of(node, key).empty();
    if (by_key && !set) fields.fail(key, "the auth api_key needs " + std::string(key));
    if (!by_key && set) fields.fail(key, "the auth instance_principal excludes " + std::string(key));
  }
  const bool phrase = !text_of(node, "key_passphrase").empty();
  const bool phrase_file = !text_of(node, "key_passphrase_file").empty();
  if (phrase && phrase_file) {
    fields.fail("key_passphrase", "only one of key_passphrase and key_passphrase_file may be set");
  }
  if (!by_key && (phrase || phrase_file)) fields.fail("the auth instance_principal excludes key_passphrase");
}

void check_paths(const yaml::Fields& fields, const yaml::Node& node, const http::ClientConfig&) {
  const yaml::Node* paths = node.find("paths");
  if (paths == nullptr) return;
  for (const yaml::Node& path : paths->items) {
    if (!path.text.starts_with('/'))
      fields.fail("paths", "paths must begin with a slash, not " + quoted(path.text));
  }
}

void check_secret_key(const yaml::Fields& fields, const yaml::Node& node, const http::ClientConfig&) {
  const bool key = !text_of(node, "secret_key").empty();
  const bool file = !text_of(node, "secret_key_file").empty();
  if (key == file) fields.fail("exactly one of secret_key and secret_key_file must be set");
}

void check_stackit(const yaml::Fields& fields, const yaml::Node& node, const http::ClientConfig&) {
  if (text_of(node, "endpoint").empty() && text_of(node, "region").empty()) {
    fields.fail("endpoint or region must be set");
  }
}

}  // namespace sonde::config
