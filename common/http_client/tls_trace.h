#pragma once
// Fills the TLS part of a RequestTrace: by a verification callback of OpenSSL, which also sees certificates
// that do not verify, and by a look at the session while it lives.

#include <curl/curl.h>

#include "common/http_client/trace.h"

namespace sonde::http {

// Before the transfer; `trace` must live until it is over.
void trace_tls(CURL* easy, RequestTrace& trace);

// During the transfer, once the session is there: version and cipher.
void trace_tls_session(CURL* easy, RequestTrace& trace);

}  // namespace sonde::http
