#include "common/http_server/tls_client.h"

#include <gnutls/gnutls.h>
#include <microhttpd.h>

namespace sonde::http {

bool client_is_trusted(MHD_Connection* handle, TlsOptions::ClientCertificate rule) {
  if (rule == TlsOptions::ClientCertificate::None) return true;
  const auto* info = ::MHD_get_connection_info(handle, MHD_CONNECTION_INFO_GNUTLS_SESSION);
  if (info == nullptr) return false;
  auto* session = static_cast<gnutls_session_t>(info->tls_session);
  unsigned count = 0;
  if (::gnutls_certificate_get_peers(session, &count) == nullptr || count == 0) {
    return rule == TlsOptions::ClientCertificate::VerifyIfGiven;
  }
  unsigned status = 0;
  return ::gnutls_certificate_verify_peers2(session, &status) == GNUTLS_E_SUCCESS && status == 0;
}

}  // namespace sonde::http
