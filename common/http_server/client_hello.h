#pragma once
// What a TLS client offers, read from the body of its ClientHello (RFC 5246 section 7.4.1.2, RFC 8446 section
// 4.1.2). Only what choosing a cipher suite takes. Pure.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace sonde::http {

struct ClientHello {
  std::vector<uint16_t> cipher_suites;  // in the client's order
  bool offers_tls13 = false;            // by the extension supported_versions
};

// `message` is the handshake message without its header; nullopt when it is cut or malformed.
std::optional<ClientHello> read_client_hello(std::span<const uint8_t> message);

}  // namespace sonde::http
