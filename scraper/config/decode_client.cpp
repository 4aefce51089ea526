#include <algorithm>
#include <array>

#include "common/core/text.h"
#include "common/http_client/client_config_yaml.h"
#include "scraper/config/decode.h"

namespace sonde::config {
namespace {

// The client and the protocol set these themselves; in lower case.
constexpr std::array<std::string_view, 16> kReservedHeaders{
    "accept-encoding",
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
};
static_assert(std::ranges::is_sorted(kReservedHeaders));

constexpr std::array kSigv4Keys{
    KeySpec{.name = "region"},
    KeySpec{.name = "access_key"},
    KeySpec{.name = "secret_key", .kind = KeyKind::Secret},
    KeySpec{.name = "profile"},
    KeySpec{.name = "role_arn"},
    KeySpec{.name = "external_id"},
    KeySpec{.name = "use_fips_sts_endpoint", .kind = KeyKind::Boolean},
    KeySpec{.name = "service_name"},
};
constexpr std::array kManagedIdentityKeys{KeySpec{.name = "client_id"}};
constexpr std::array kWorkloadIdentityKeys{
    KeySpec{.name = "client_id", .required = true},
    KeySpec{.name = "tenant_id", .required = true},
    KeySpec{.name = "token_file_path", .kind = KeyKind::File},
};
constexpr std::array kAzureOauthKeys{
    KeySpec{.name = "client_id", .required = true},
    KeySpec{.name = "client_secret", .kind = KeyKind::Secret, .required = true},
    KeySpec{.name = "tenant_id", .required = true},
};
constexpr std::array kAzureCertificateKeys{
    KeySpec{.name = "client_id", .required = true},
    KeySpec{.name = "certificate_path", .kind = KeyKind::File, .required = true},
    KeySpec{.name = "certificate_password", .kind = KeyKind::Secret},
    KeySpec{.name = "send_certificate_chain", .kind = KeyKind::Boolean},
    KeySpec{.name = "tenant_id", .required = true},
};
constexpr std::array kAzureSdkKeys{KeySpec{.name = "tenant_id"}};
constexpr std::array kAzureAdKeys{
    KeySpec{.name = "managed_identity", .kind = KeyKind::Nested, .nested = kManagedIdentityKeys},
    KeySpec{.name = "workload_identity", .kind = KeyKind::Nested, .nested = kWorkloadIdentityKeys},
    KeySpec{.name = "oauth", .kind = KeyKind::Nested, .nested = kAzureOauthKeys},
    KeySpec{.name = "certificate", .kind = KeyKind::Nested, .nested = kAzureCertificateKeys},
    KeySpec{.name = "sdk", .kind = KeyKind::Nested, .nested = kAzureSdkKeys},
    KeySpec{.name = "cloud",
            .kind = KeyKind::Choice,
            .fallback = "AzurePublic",
            .choices = "AzurePublic|AzureChina|AzureGovernment"},
    KeySpec{.name = "scope"},
};
constexpr std::array kGoogleIamKeys{KeySpec{.name = "credentials_file", .kind = KeyKind::File}};

struct CloudRow {
  std::string_view key;
  std::span<const KeySpec> keys;
};
constexpr std::array kClouds{
    CloudRow{"azuread", kAzureAdKeys},
    CloudRow{"google_iam", kGoogleIamKeys},
    CloudRow{"sigv4", kSigv4Keys},
};

// Exactly one of the ways to get a token of Azure.
void check_azure_ad(const yaml::Value& in) {
  int ways = 0;
  for (const KeySpec& spec : kAzureAdKeys)
    ways += spec.kind == KeyKind::Nested && in.node().find(spec.name) ? 1 : 0;
  if (ways != 1)
    in.fail("exactly one of managed_identity, workload_identity, oauth, certificate and sdk is needed");
}

}  // namespace

void read_client(yaml::Fields& fields, Context& context, std::string_view owner, http::ClientConfig& out) {
  http::read_client_config(fields, out);
  http::join_folder(out, context.folder);
  if (out.oauth2) context.note(std::string(owner) + ": oauth2");
}

void read_headers(yaml::Fields& fields, std::map<std::string, std::string>& out) {
  fields.read("headers", out);
  for (const auto& [name, value] : out) {
    const std::string lower = to_lower_ascii(name);
    if (lower == "authorization") {
      fields.fail("headers",
                  "the authorization header has keys of its own, such as basic_auth and authorization");
    }
    if (std::ranges::binary_search(kReservedHeaders, lower)) {
      fields.fail("headers", "the header " + quoted(name) + " may not be set here");
    }
  }
}

void read_cloud_auth(yaml::Fields& fields, Context& context, const http::ClientConfig& client,
                     CloudAuth& out) {
  for (const CloudRow& row : kClouds) {
    fields.visit(row.key, [&](const yaml::Value& in) {
      if (in.is_null()) return;
      if (!out.key.empty() || http::has_authentication(client)) {
        return in.fail(
            "only one of basic_auth, authorization, oauth2, sigv4, azuread and google_iam may be set");
      }
      out.key = row.key;
      yaml::Fields keys(in, row.key);
      read_keys(keys, row.keys, context.folder, out.node);
      if (row.key == "azuread") check_azure_ad(in);
      keys.finish();
    });
  }
}

}  // namespace sonde::config
