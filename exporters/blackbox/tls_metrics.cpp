#include "exporters/blackbox/tls_metrics.h"

#include <algorithm>

namespace sonde::blackbox {
namespace {

constexpr Desc kEarliestExpiry{"probe_ssl_earliest_cert_expiry", "Returns last SSL chain expiry in unixtime"};
constexpr Desc kChainExpiry{"probe_ssl_last_chain_expiry_timestamp_seconds",
                            "Returns last SSL chain expiry in timestamp"};
constexpr Desc kChainInfo{"probe_ssl_last_chain_info",
                          "Contains SSL leaf certificate information",
                          MetricType::Gauge,
                          {"fingerprint_sha256", "issuer", "serialnumber", "subject", "subjectalternative"}};
constexpr Desc kVersionInfo{"probe_tls_version_info",
                            "Returns the TLS version used or NaN when unknown",
                            MetricType::Gauge,
                            {"version"}};
constexpr Desc kCipherInfo{"probe_tls_cipher_info",
                           "Returns the TLS cipher negotiated during handshake",
                           MetricType::Gauge,
                           {"cipher"}};
// Go's zero time, which the reference exports when no chain was verified.
constexpr double kZeroTimeSeconds = -62135596800;

}  // namespace

void emit_tls(const http::TlsFacts& facts, TlsFamilies families, exposition::MetricSink& sink) {
  if (facts.presented.empty()) return;
  const auto earliest =
      std::ranges::min_element(facts.presented, {}, &http::CertificateFacts::not_after_seconds);
  sink.sample(kEarliestExpiry, static_cast<double>(earliest->not_after_seconds));
  if (families.chain_expiry) {
    const auto& verified = facts.verified_chain_expiry_seconds;
    sink.sample(kChainExpiry, verified ? static_cast<double>(*verified) : kZeroTimeSeconds);
  }
  const http::CertificateFacts& leaf = facts.presented.front();
  sink.sample(kChainInfo,
              {leaf.fingerprint_sha256, leaf.issuer, leaf.serial, leaf.subject, leaf.alternative_names}, 1);
  if (!facts.version.empty()) sink.sample(kVersionInfo, {facts.version}, 1);
  if (families.cipher && !facts.cipher.empty()) sink.sample(kCipherInfo, {facts.cipher}, 1);
}

}  // namespace sonde::blackbox
