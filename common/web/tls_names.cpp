#include "common/web/tls_names.h"

#include <algorithm>
#include <array>

namespace sonde::web {
namespace {

struct Suite {
  std::string_view name;
  std::string_view key_exchange;  // "" in TLS 1.3, which has none
  std::string_view cipher;
  std::string_view digest;
};

constexpr std::array kSuites{
    Suite{"TLS_AES_128_GCM_SHA256", "", "AES-128-GCM", "AEAD"},
    Suite{"TLS_AES_256_GCM_SHA384", "", "AES-256-GCM", "AEAD"},
    Suite{"TLS_CHACHA20_POLY1305_SHA256", "", "CHACHA20-POLY1305", "AEAD"},
    Suite{"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE-ECDSA", "AES-128-CBC", "SHA1"},
    Suite{"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA", "AES-128-GCM", "AEAD"},
    Suite{"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "ECDHE-ECDSA", "AES-256-CBC", "SHA1"},
    Suite{"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA", "AES-256-GCM", "AEAD"},
    Suite{"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA", "CHACHA20-POLY1305", "AEAD"},
    Suite{"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA", "AES-128-CBC", "SHA1"},
    Suite{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA", "AES-128-GCM", "AEAD"},
    Suite{"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA", "AES-256-CBC", "SHA1"},
    Suite{"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA", "AES-256-GCM", "AEAD"},
    Suite{"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA", "CHACHA20-POLY1305", "AEAD"},
    Suite{"TLS_RSA_WITH_AES_128_CBC_SHA", "RSA", "AES-128-CBC", "SHA1"},
    Suite{"TLS_RSA_WITH_AES_128_GCM_SHA256", "RSA", "AES-128-GCM", "AEAD"},
    Suite{"TLS_RSA_WITH_AES_256_CBC_SHA", "RSA", "AES-256-CBC", "SHA1"},
    Suite{"TLS_RSA_WITH_AES_256_GCM_SHA384", "RSA", "AES-256-GCM", "AEAD"},
};
static_assert(std::ranges::is_sorted(kSuites, {}, &Suite::name));

struct Curve {
  std::string_view name;
  std::string_view group;
};
constexpr std::array kCurves{
    Curve{"CurveP256", "GROUP-SECP256R1"},
    Curve{"CurveP384", "GROUP-SECP384R1"},
    Curve{"CurveP521", "GROUP-SECP521R1"},
    Curve{"X25519", "GROUP-X25519"},
};

constexpr std::array<std::string_view, 4> kVersions{"VERS-TLS1.0", "VERS-TLS1.1", "VERS-TLS1.2",
                                                    "VERS-TLS1.3"};

void append_once(std::string& out, std::string_view item) {
  if (item.empty()) return;
  const std::string added = ":+" + std::string(item);
  const size_t at = out.find(added);
  const bool whole =
      at != std::string::npos && (at + added.size() == out.size() || out[at + added.size()] == ':');
  if (!whole) out += added;
}

}  // namespace

bool is_cipher_suite(std::string_view name) {
  return std::ranges::find(kSuites, name, &Suite::name) != kSuites.end();
}

bool is_curve(std::string_view name) {
  return std::ranges::find(kCurves, name, &Curve::name) != kCurves.end();
}

std::string gnutls_priorities(const TlsPreferences& preferences) {
  std::string out = "NORMAL:-VERS-ALL";
  for (size_t version = preferences.version_max + size_t{1}; version-- > preferences.version_min;) {
    append_once(out, kVersions[version]);
  }
  if (!preferences.cipher_suites.empty()) {
    out += ":-CIPHER-ALL:-MAC-ALL:-KX-ALL:+ECDHE-RSA:+ECDHE-ECDSA";
    for (const std::string& name : preferences.cipher_suites) {
      const auto suite = std::ranges::find(kSuites, name, &Suite::name);
      append_once(out, suite->key_exchange);
      append_once(out, suite->cipher);
      append_once(out, suite->digest);
    }
  }
  if (!preferences.curves.empty()) {
    out += ":-GROUP-ALL";
    for (const std::string& name : preferences.curves) {
      append_once(out, std::ranges::find(kCurves, name, &Curve::name)->group);
    }
  }
  if (preferences.server_order) out += ":%SERVER_PRECEDENCE";
  return out;
}

}  // namespace sonde::web
