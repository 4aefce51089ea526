#pragma once
// Fills the TLS part of a RequestTrace: by a verification callback of OpenSSL, which also sees certificates
// that do not verify, and by a look at the session while it lives.

#include <curl/curl.h>

#include <openssl/types.h>

#include <memory>

#include "common/http_client/trace.h"

namespace sonde::http {

struct TlsTrace {
  TlsFacts* facts = nullptr;
  std::shared_ptr<X509_STORE>
      authorities;  // trusted instead of those that libcurl has read; nullptr: libcurl's
};

// Before the transfer; `trace` and its facts must live until it is over.
void trace_tls(CURL* easy, TlsTrace& trace);

// During the transfer, once the session is there: version and cipher.
void trace_tls_session(CURL* easy, RequestTrace& trace);

}  // namespace sonde::http
