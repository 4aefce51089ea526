#include "common/http_client/tls_trace.h"

#include <openssl/ssl.h>

#include "common/http_client/certificates.h"

namespace sonde::http {
namespace {

CURLcode on_context(CURL*, void* context, void* argument) {
  const auto& trace = *static_cast<const TlsTrace*>(argument);
  TlsFacts& facts = *trace.facts;
  auto* tls = static_cast<SSL_CTX*>(context);
  facts.begun = true;
  if (trace.authorities) ::SSL_CTX_set1_cert_store(tls, trace.authorities.get());
  record_certificates(tls, facts);
  if (!facts.wanted_name.empty()) require_name(::SSL_CTX_get0_param(tls), facts.wanted_name);
  return CURLE_OK;
}

}  // namespace

void trace_tls(CURL* easy, TlsTrace& trace) {
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_context);
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, &trace);
}

void trace_tls_session(CURL* easy, RequestTrace& trace) {
  curl_tlssessioninfo* session = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK) return;
  if (session == nullptr || session->backend != CURLSSLBACKEND_OPENSSL || session->internals == nullptr)
    return;
  record_session(static_cast<const SSL*>(session->internals), trace.tls);
}

}  // namespace sonde::http
