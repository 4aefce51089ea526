#pragma once
// The names of TLS cipher suites, curves and versions that web.config.file uses, as what the server takes.
// Pure functions.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/http_server/tls_policy.h"

namespace sonde::web {

bool is_cipher_suite(std::string_view name);
bool is_curve(std::string_view name);

struct TlsPreferences {
  uint8_t version_min;  // 0 is TLS 1.0, 3 is TLS 1.3
  uint8_t version_max;
  std::span<const std::string> cipher_suites;  // empty: all of TLS 1.2 that have forward secrecy
  std::span<const std::string> curves;         // empty: the library's
  bool server_order;
};

// Names that are known only. Sets priorities, suites and what goes with them. As in the originals the suites
// of TLS 1.3 cannot be chosen: naming some of them changes nothing, naming no others serves TLS 1.3 only.
void set_preferences(const TlsPreferences& preferences, http::TlsOptions& out);

}  // namespace sonde::web
