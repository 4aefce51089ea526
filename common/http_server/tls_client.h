#pragma once
// What a client's certificate is worth. The library only asks for one; whether it came and is good is for us
// to see.

#include "common/http_server/server.h"

struct MHD_Connection;

namespace sonde::http {

// Before the handshake: makes it ask for a certificate.
void ask_for_certificate(MHD_Connection* handle, TlsOptions::ClientCertificate rule);

// True when the connection's client satisfies the rule.
bool client_is_trusted(MHD_Connection* handle, TlsOptions::ClientCertificate rule);

}  // namespace sonde::http
