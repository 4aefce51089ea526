#pragma once
// The names of TLS cipher suites, curves and versions that web.config.file uses, as the priority string that
// the TLS library takes. Pure functions.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sonde::web {

bool is_cipher_suite(std::string_view name);
bool is_curve(std::string_view name);

struct TlsPreferences {
  uint8_t version_min;  // 0 is TLS 1.0, 3 is TLS 1.3
  uint8_t version_max;
  std::span<const std::string> cipher_suites;  // empty: the library's
  std::span<const std::string> curves;         // likewise
  bool server_order;
};

// Names that are known only. The library combines key exchanges, ciphers and digests itself, so that a list
// admits every combination of the parts of its suites.
std::string gnutls_priorities(const TlsPreferences& preferences);

}  // namespace sonde::web
