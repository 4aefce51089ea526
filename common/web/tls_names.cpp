#include "common/web/tls_names.h"

#include <algorithm>
#include <array>

namespace sonde::web {
namespace {

// Its parts are read from its name: TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA. Those of TLS 1.3 have no key
// exchange.
struct Suite {
  std::string_view name;
  uint16_t id;  // IANA's
};

constexpr std::array kSuites{
    Suite{"TLS_AES_128_GCM_SHA256", 0x1301},
    Suite{"TLS_AES_256_GCM_SHA384", 0x1302},
    Suite{"TLS_CHACHA20_POLY1305_SHA256", 0x1303},
    Suite{"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", 0xC009},
    Suite{"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", 0xC02B},
    Suite{"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", 0xC00A},
    Suite{"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", 0xC02C},
    Suite{"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", 0xCCA9},
    Suite{"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", 0xC013},
    Suite{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", 0xC02F},
    Suite{"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", 0xC014},
    Suite{"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", 0xC030},
    Suite{"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", 0xCCA8},
    Suite{"TLS_RSA_WITH_AES_128_CBC_SHA", 0x002F},
    Suite{"TLS_RSA_WITH_AES_128_GCM_SHA256", 0x009C},
    Suite{"TLS_RSA_WITH_AES_256_CBC_SHA", 0x0035},
    Suite{"TLS_RSA_WITH_AES_256_GCM_SHA384", 0x009D},
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

constexpr uint8_t kTls13 = 3;
constexpr std::string_view kVersionNames[] = {"VERS-TLS1.0", "VERS-TLS1.1", "VERS-TLS1.2", "VERS-TLS1.3"};

// The originals' own choice where none is named: forward secrecy only.
constexpr std::string_view kDefaultSuites =
    ":-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-CBC"
    ":+AES-256-CBC:-MAC-ALL:+AEAD:+SHA1";

std::string versions(uint8_t min, uint8_t max) {
  std::string out = "NORMAL:-VERS-ALL";
  for (size_t version = max + size_t{1}; version-- > min;) out.append(":+").append(kVersionNames[version]);
  return out;
}

std::string groups(std::span<const std::string> names) {
  std::string out = names.empty() ? "" : ":-GROUP-ALL";
  for (const std::string& name : names) {
    out.append(":+").append(std::ranges::find(kCurves, name, &Curve::name)->group);
  }
  return out;
}

std::string_view key_exchange_of(const Suite& suite) {
  constexpr std::string_view kBegin = "TLS_";
  const size_t end = suite.name.find("_WITH_");
  return end == std::string_view::npos ? "" : suite.name.substr(kBegin.size(), end - kBegin.size());
}

// Only this suite, which is not of TLS 1.3, as the library's words: "ECDHE-RSA", "AES-128-CBC", "SHA1".
std::string alone(const Suite& suite) {
  constexpr std::string_view kBetween = "_WITH_";
  const std::string_view cipher_and_digest = suite.name.substr(suite.name.find(kBetween) + kBetween.size());
  const size_t digest = cipher_and_digest.rfind('_');
  std::string out = ":-KX-ALL:+";
  out.append(key_exchange_of(suite)).append(":-CIPHER-ALL:+").append(cipher_and_digest.substr(0, digest));
  std::ranges::replace(out, '_', '-');
  // What has another digest than SHA authenticates by its cipher.
  return out.append(":-MAC-ALL:+").append(cipher_and_digest.substr(digest) == "_SHA" ? "SHA1" : "AEAD");
}

}  // namespace

bool is_cipher_suite(std::string_view name) {
  return std::ranges::find(kSuites, name, &Suite::name) != kSuites.end();
}

bool is_curve(std::string_view name) {
  return std::ranges::find(kCurves, name, &Curve::name) != kCurves.end();
}

void set_preferences(const TlsPreferences& preferences, http::TlsOptions& out) {
  const std::string end =
      groups(preferences.curves) + (preferences.server_order ? ":%SERVER_PRECEDENCE" : "");
  out.server_order = preferences.server_order;
  out.serves_tls13 = preferences.version_max == kTls13;
  out.suites.clear();
  if (preferences.cipher_suites.empty()) {
    out.priorities = versions(preferences.version_min, preferences.version_max).append(kDefaultSuites) + end;
    return;
  }
  const uint8_t before_tls13 = std::min<uint8_t>(preferences.version_max, kTls13 - 1);
  const bool serves_older = preferences.version_min < kTls13;
  for (const std::string& name : preferences.cipher_suites) {
    const auto suite = std::ranges::find(kSuites, name, &Suite::name);
    if (key_exchange_of(*suite).empty() || !serves_older) continue;
    out.suites.push_back(
        {.id = suite->id,
         .ecdsa = key_exchange_of(*suite) == "ECDHE_ECDSA",
         .priorities = versions(preferences.version_min, before_tls13) + alone(*suite) + end});
  }
  out.priorities = out.serves_tls13 ? versions(kTls13, kTls13) + end
                   : out.suites.empty()
                       ? versions(preferences.version_min, before_tls13) + ":-KX-ALL:-CIPHER-ALL"
                       : out.suites.front().priorities;
}

}  // namespace sonde::web
