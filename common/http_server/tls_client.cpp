#include "common/http_server/tls_client.h"

#include <gnutls/gnutls.h>
#include <microhttpd.h>

namespace sonde::http {

namespace {

gnutls_session_t session_of(MHD_Connection* handle) {
  const auto* info = ::MHD_get_connection_info(handle, MHD_CONNECTION_INFO_GNUTLS_SESSION);
  return info == nullptr ? nullptr : static_cast<gnutls_session_t>(info->tls_session);
}

}  // namespace

void ask_for_certificate(MHD_Connection* handle, TlsOptions::ClientCertificate rule) {
  const gnutls_session_t session = session_of(handle);
  if (rule == TlsOptions::ClientCertificate::None || session == nullptr) return;
  ::gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST);
  // Any certificate will do: none is hinted at.
  if (rule == TlsOptions::ClientCertificate::RequireAny)
    ::gnutls_certificate_send_x509_rdn_sequence(session, 1);
}

bool client_is_trusted(MHD_Connection* handle, TlsOptions::ClientCertificate rule) {
  if (rule == TlsOptions::ClientCertificate::None) return true;
  const gnutls_session_t session = session_of(handle);
  if (session == nullptr) return false;
  unsigned count = 0;
  if (::gnutls_certificate_get_peers(session, &count) == nullptr || count == 0) {
    return rule == TlsOptions::ClientCertificate::VerifyIfGiven;
  }
  if (rule == TlsOptions::ClientCertificate::RequireAny) return true;
  unsigned status = 0;
  return ::gnutls_certificate_verify_peers2(session, &status) == GNUTLS_E_SUCCESS && status == 0;
}

}  // namespace sonde::http
