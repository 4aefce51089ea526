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

void emit_tls(const http::RequestTrace& trace, exposition::MetricSink& sink) {
  const auto earliest =
      std::ranges::min_element(trace.presented, {}, &http::CertificateFacts::not_after_seconds);
  sink.sample(kEarliestExpiry, static_cast<double>(earliest->not_after_seconds));
  const bool verified = trace.verified_chain_expiry_seconds.has_value();
  sink.sample(kChainExpiry,
              verified ? static_cast<double>(*trace.verified_chain_expiry_seconds) : kZeroTimeSeconds);
  const http::CertificateFacts& leaf = trace.presented.front();
  sink.sample(kChainInfo,
              {leaf.fingerprint_sha256, leaf.issuer, leaf.serial, leaf.subject, leaf.alternative_names}, 1);
  if (!trace.tls_version.empty()) sink.sample(kVersionInfo, {trace.tls_version}, 1);
  if (!trace.tls_cipher.empty()) sink.sample(kCipherInfo, {trace.tls_cipher}, 1);
}

}  // namespace sonde::blackbox
