#pragma once
// What a new HTTPS connection is served with: certificate, versions, cipher suites, and what is asked of the
// client. Immutable; a connection keeps the one that it began with, so that another may take its place at any
// time. GnuTLS stays inside.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/core/result.h"

struct gnutls_session_int;

namespace sonde::http {

// One cipher suite of TLS 1.2 and before.
struct TlsSuite {
  uint16_t id = 0;           // IANA's
  bool ecdsa = false;        // needs a certificate with such a key; otherwise one with an RSA key
  std::string priorities{};  // a GnuTLS priority string that admits this suite alone
};

// Certificates and keys as PEM text.
struct TlsOptions {
  std::string certificate{};  // a chain, the server's own first
  std::string key{};
  std::string client_ca{};  // what clients' certificates are verified against
  // A client that falls short is refused in the handshake, with an alert.
  enum class ClientCertificate : uint8_t { None, Request, RequireAny, VerifyIfGiven, RequireAndVerify };
  ClientCertificate client_certificate = ClientCertificate::None;
  // A certificate that is given must have one of these alternative names (DNS, e-mail, IP address, URI),
  // exactly; empty takes all.
  std::vector<std::string> client_names{};

  std::string priorities{};  // a GnuTLS priority string; "" takes the library's
  // Where not empty: the suites for TLS 1.2 and before. `priorities` then serves TLS 1.3 clients only.
  std::vector<TlsSuite> suites{};
  bool serves_tls13 = true;  // for `suites`: 1.3 is within the versions
  bool server_order = true;  // for `suites`: the first of ours that the client has, not of its own
};

class TlsPolicy {
  struct Parts;

 public:
  // Fails when a text is no certificate, key or priority string, or key and certificate are no pair.
  static Result<std::shared_ptr<const TlsPolicy>> make(TlsOptions options);
  explicit TlsPolicy(std::unique_ptr<Parts> parts);  // for make()
  ~TlsPolicy();
  TlsPolicy(const TlsPolicy&) = delete;
  TlsPolicy& operator=(const TlsPolicy&) = delete;

  // Before the session's handshake; the policy must outlive the session.
  void apply(gnutls_session_int* session) const;

 private:
  std::unique_ptr<Parts> parts_;
};

}  // namespace sonde::http
