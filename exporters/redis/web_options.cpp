#include "exporters/redis/web_options.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/core/text.h"
#include "common/web/password_check.h"

namespace sonde::redis {
namespace {

constexpr std::array<std::string_view, 4> kVersions{"TLS1.0", "TLS1.1", "TLS1.2", "TLS1.3"};

Error invalid(std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message));
}

Status set_user(const WebOptions& options, web::WebConfig& config) {
  const bool plain = !options.basic_auth_password.empty();
  const bool hashed = !options.basic_auth_hash.empty();
  if (plain && hashed) {
    return invalid("cannot set both basic auth password and basic auth hash password");
  }
  if (options.basic_auth_user.empty() != !(plain || hashed)) {
    return invalid(
        "--basic-auth-username wants --basic-auth-password or --basic-auth-hash-password, and they it");
  }
  if (hashed && !web::is_bcrypt_hash(options.basic_auth_hash)) {
    return invalid("--basic-auth-hash-password: no bcrypt hash");
  }
  if (hashed) config.users[options.basic_auth_user] = options.basic_auth_hash;
  if (!plain) return Ok{};
  auto hash = web::make_bcrypt_hash(options.basic_auth_password);
  if (!hash) return hash.error().in("--basic-auth-password");
  config.users[options.basic_auth_user] = std::move(*hash);
  return Ok{};
}

Status set_tls(const WebOptions& options, web::TlsServerConfig& tls) {
  if (options.tls_certificate_file.empty() != options.tls_key_file.empty()) {
    return invalid("--tls-server-cert-file and --tls-server-key-file: want both or neither");
  }
  if (options.tls_certificate_file.empty() && !options.tls_client_ca_file.empty()) {
    return invalid("--tls-server-ca-cert-file: want --tls-server-cert-file too");
  }
  const auto version = std::ranges::find(kVersions, options.tls_version_min);
  if (version == kVersions.end()) {
    return invalid("--tls-server-min-version: want TLS1.0, TLS1.1, TLS1.2 or TLS1.3");
  }
  tls.version_min = static_cast<uint8_t>(version - kVersions.begin());
  tls.cert_file = options.tls_certificate_file;
  tls.key_file = options.tls_key_file;
  tls.client_ca_file = options.tls_client_ca_file;
  if (!tls.client_ca_file.empty()) tls.client_auth = web::ClientAuth::RequireAndVerify;
  return Ok{};
}

}  // namespace

void add_web_flags(exporter::Flags& flags, WebOptions& options) {
  flags.text("basic-auth-username", options.basic_auth_user,
             "User who may see all pages; --web.config.file can have several.",
             {.environment = "REDIS_EXPORTER_BASIC_AUTH_USERNAME", .value_name = "NAME"});
  flags.text("basic-auth-password", options.basic_auth_password,
             "That user's password; visible to others in the process list, so prefer the variable "
             "REDIS_EXPORTER_BASIC_AUTH_PASSWORD or a hash.",
             {.environment = "REDIS_EXPORTER_BASIC_AUTH_PASSWORD", .value_name = "PASSWORD"});
  flags.text("basic-auth-hash-password", options.basic_auth_hash, "The same as a bcrypt hash.",
             {.environment = "REDIS_EXPORTER_BASIC_AUTH_HASH_PASSWORD", .value_name = "HASH"});
  flags.text("tls-server-cert-file", options.tls_certificate_file, "Certificate to serve HTTPS with.",
             {.environment = "REDIS_EXPORTER_TLS_SERVER_CERT_FILE", .value_name = "FILE"});
  flags.text("tls-server-key-file", options.tls_key_file, "Key of the certificate to serve HTTPS with.",
             {.environment = "REDIS_EXPORTER_TLS_SERVER_KEY_FILE", .value_name = "FILE"});
  flags.text("tls-server-ca-cert-file", options.tls_client_ca_file,
             "Authorities one of which has to vouch for each client.",
             {.environment = "REDIS_EXPORTER_TLS_SERVER_CA_CERT_FILE", .value_name = "FILE"});
  flags.text("tls-server-min-version", options.tls_version_min, "Oldest version of TLS to serve HTTPS with.",
             {.environment = "REDIS_EXPORTER_TLS_SERVER_MIN_VERSION"});
  flags.boolean("redis-only-metrics", options.redis_only_metrics,
                "Export the server's metrics only, none of this process.",
                {.environment = "REDIS_EXPORTER_REDIS_ONLY_METRICS"});
  flags.boolean("debug", options.debug, "As --log.level=debug.", {.environment = "REDIS_EXPORTER_DEBUG"});
  flags.text("log-level", options.log_level, "As --log.level.",
             {.environment = "REDIS_EXPORTER_LOG_LEVEL", .value_name = "LEVEL"});
  flags.text("log-format", options.log_format, "\"txt\" or \"json\", as --log.format.",
             {.environment = "REDIS_EXPORTER_LOG_FORMAT", .value_name = "FORMAT"});
  flags.ignored("include-go-runtime-metrics", /*takes_value=*/false, "There is no Go here.");
}

Status adjust_web(const WebOptions& options, exporter::WebFlags& web) {
  if (options.redis_only_metrics) {
    web.disable_exporter_metrics = true;
    web.build_info = false;
  }
  if (!options.log_level.empty()) {
    const std::string level = to_lower_ascii(options.log_level);
    web.log_level = level == "warning" ? "warn" : level;
  }
  if (options.debug) web.log_level = "debug";
  if (!options.log_format.empty()) web.log_format = options.log_format == "json" ? "json" : "logfmt";
  return Ok{};
}

Result<std::optional<web::WebConfig>> make_web_config(const WebOptions& options) {
  web::WebConfig config;
  if (auto set = set_user(options, config); !set) return set.error();
  if (auto set = set_tls(options, config.tls); !set) return set.error();
  const bool asked = !config.users.empty() || !options.tls_certificate_file.empty();
  return asked ? std::optional(std::move(config)) : std::nullopt;
}

}  // namespace sonde::redis
