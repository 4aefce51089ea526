#pragma once
// What was seen of a request's connection, for probes: phases, protocol, certificates. Plain data, filled
// before the request's callback and also when the request failed.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sonde::http {

struct FetchHeader {
  std::string name;
  std::string value;
};

struct CertificateFacts {
  int64_t not_after_seconds = 0;   // Unix time
  std::string fingerprint_sha256;  // lower hex
  std::string subject;             // RFC 2253
  std::string issuer;
  std::string alternative_names;  // DNS names, comma-joined
  std::string serial;             // lower hex
};

// What was seen of a TLS handshake, of one that failed too.
struct TlsFacts {
  bool begun = false;
  std::string version;                      // "TLS 1.3"
  std::string cipher;                       // IANA name
  std::vector<CertificateFacts> presented;  // the server's own first
  // The earliest end in the verified chain; none when nothing was verified.
  std::optional<int64_t> verified_chain_expiry_seconds;
  std::string wanted_name;  // that the certificate had to be for; "" when it did not matter
};

// Durations in seconds; nullopt where the request did not get so far.
struct RequestTrace {
  std::optional<double> connect_seconds;
  std::optional<double> tls_seconds;
  std::optional<double> processing_seconds;  // request sent to first byte of the answer
  std::optional<double> transfer_seconds;    // first byte to last

  double http_version = 0;  // 1.0, 1.1, 2
  TlsFacts tls;

  // Of a request that failed when its answer had begun: the head, and how much of the body came.
  int status = 0;  // 0: no answer, or a whole one
  std::vector<FetchHeader> headers;
  uint64_t body_size_bytes = 0;
};

}  // namespace sonde::http
