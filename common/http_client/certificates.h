#pragma once
// What a TLS peer showed: facts of its certificates and how they were verified, for probes. Filled within
// OpenSSL's verification, so that certificates that do not verify are known too.

#include <openssl/ssl.h>

#include "common/http_client/trace.h"

namespace sonde::http {

// Makes handshakes of `context` verify as OpenSSL does and write down what they saw; `facts` must live as
// long as the handshake.
void record_certificates(SSL_CTX* context, TlsFacts& facts);
// The same for a context that many sessions share; each has facts of its own (SSL_set_app_data).
void record_certificates_by_session(SSL_CTX* context);

// Version and cipher of a session, known from the server's first message on.
void record_session(const SSL* session, TlsFacts& facts);

// Demands that the certificate is for `name` (a host name or an address), as Go does it: by its alternative
// names only.
void require_name(X509_VERIFY_PARAM* parameters, const std::string& name);

// Why a certificate was refused: "certificate has expired".
std::string verification_error(const SSL* session);

}  // namespace sonde::http
