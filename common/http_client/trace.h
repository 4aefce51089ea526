#pragma once
// What was seen of a request's connection, for probes: phases, protocol, certificates. Plain data, filled
// before the request's callback and also when the request failed.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sonde::http {

struct CertificateFacts {
  int64_t not_after_seconds = 0;   // Unix time
  std::string fingerprint_sha256;  // lower hex
  std::string subject;             // RFC 2253
  std::string issuer;
  std::string alternative_names;  // DNS names, comma-joined
  std::string serial;             // lower hex
};

// Durations in seconds; nullopt where the request did not get so far.
struct RequestTrace {
  std::optional<double> connect_seconds;
  std::optional<double> tls_seconds;
  std::optional<double> processing_seconds;  // request sent to first byte of the answer
  std::optional<double> transfer_seconds;    // first byte to last

  double http_version = 0;                  // 1.0, 1.1, 2
  bool tls = false;                         // a handshake was begun
  std::string tls_version;                  // "TLS 1.3"
  std::string tls_cipher;                   // IANA name
  std::vector<CertificateFacts> presented;  // the server's own first
  std::optional<int64_t>
      verified_chain_expiry_seconds;  // earliest end of the verified chain; none when not verified
};

}  // namespace sonde::http
