#pragma once
// The reference's own flags for what --web.config.file and --log.* say here: users and TLS of our pages,
// logs, and whether we are among the metrics. Each has an environment twin.

#include <optional>
#include <string>

#include "common/exporter/frame.h"
#include "common/web/web_config.h"

namespace sonde::redis {

struct WebOptions {
  std::string basic_auth_user{};
  std::string basic_auth_password{};
  std::string basic_auth_hash{};
  std::string tls_certificate_file{};
  std::string tls_key_file{};
  std::string tls_client_ca_file{};
  std::string tls_version_min = "TLS1.2";
  bool redis_only_metrics = false;
  bool debug = false;
  std::string log_level{};
  std::string log_format{};
};

void add_web_flags(exporter::Flags& flags, WebOptions& options);

// Puts what was given into the frame's flags.
Status adjust_web(const WebOptions& options, exporter::WebFlags& web);

// Users and TLS; nothing where no flag asks for them. Half of what belongs together is refused: the reference
// takes it for nothing, and the page would be open.
Result<std::optional<web::WebConfig>> make_web_config(const WebOptions& options);

}  // namespace sonde::redis
