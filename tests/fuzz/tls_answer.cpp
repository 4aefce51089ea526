// What a TLS server answers to a probe: any bytes at all, any bytes as its certificate, or a good certificate
// with some bytes changed, so that the parsers behind the first checks are reached too.

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/http_client/tls_session.h"

namespace {

using sonde::http::TlsSession;

void append_size(std::string& out, size_t size, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(size >> shift);
}

std::string message(char type, const std::string& body) {
  std::string out(1, type);
  append_size(out, body.size(), 3);
  return out + body;
}

// RFC 5246: a ServerHello that chooses ECDHE-ECDSA-AES128-GCM-SHA256 and knows of renegotiation (RFC 5746),
// and a chain of one.
std::string answer_with(std::string_view certificate) {
  std::string hello("\x03\x03", 2);
  hello += std::string(32, 'r') + std::string("\0\xC0\x2B\0", 4) + std::string("\0\x05\xFF\x01\0\x01\0", 7);
  std::string entry;
  append_size(entry, certificate.size(), 3);
  entry += certificate;
  std::string list;
  append_size(list, entry.size(), 3);
  const std::string messages = message(2, hello) + message(11, list + entry);
  std::string out;
  for (size_t at = 0; at < messages.size(); at += 16000) {
    const std::string part = messages.substr(at, 16000);
    out += std::string("\x16\x03\x03", 3);
    append_size(out, part.size(), 2);
    out += part;
  }
  return out;
}

void add_extension(X509* certificate, int kind, const char* text) {
  X509_EXTENSION* extension = ::X509V3_EXT_conf_nid(nullptr, nullptr, kind, text);
  ::X509_add_ext(certificate, extension, -1);
  ::X509_EXTENSION_free(extension);
}

std::string make_certificate() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = ::X509_new();
  ::X509_set_version(certificate, 2);
  ::ASN1_INTEGER_set(::X509_get_serialNumber(certificate), 77);
  ::X509_gmtime_adj(::X509_getm_notBefore(certificate), 0);
  ::X509_gmtime_adj(::X509_getm_notAfter(certificate), 86400);
  ::X509_NAME_add_entry_by_txt(::X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("fuzz"), -1, -1, 0);
  ::X509_set_issuer_name(certificate, ::X509_get_subject_name(certificate));
  ::X509_set_pubkey(certificate, key);
  add_extension(certificate, NID_subject_alt_name, "DNS:example.test,DNS:*.example.test,IP:127.0.0.1");
  add_extension(certificate, NID_basic_constraints, "CA:TRUE");
  ::X509_sign(certificate, key, ::EVP_sha256());
  unsigned char* bytes = nullptr;
  const int size = ::i2d_X509(certificate, &bytes);
  std::string out(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
  ::OPENSSL_free(bytes);
  ::X509_free(certificate);
  ::EVP_PKEY_free(key);
  return out;
}

// Triples of a place and the byte to be there.
std::string changed_certificate(std::string_view changes) {
  static const std::string good = make_certificate();
  std::string out = good;
  for (size_t i = 0; i + 3 <= changes.size(); i += 3) {
    const size_t at = static_cast<uint8_t>(changes[i]) * 256U + static_cast<uint8_t>(changes[i + 1]);
    out[at % out.size()] = changes[i + 2];
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::string answer(rest);
  if (data[0] % 3 == 1) answer = answer_with(rest);
  if (data[0] % 3 == 2) answer = answer_with(changed_certificate(rest));

  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0) std::abort();
  (void)!::write(ends[1], answer.data(), answer.size());
  ::shutdown(ends[1], SHUT_WR);
  static sonde::http::TlsStores stores;
  sonde::http::TlsConfig tls;
  tls.insecure_skip_verify = data[0] % 2 == 0;
  if (!tls.insecure_skip_verify) tls.max_version = "TLS12";
  {
    auto session = TlsSession::make(stores, tls, "example.test", ends[0]);
    if (!session) std::abort();
    // A handshake that such a peer could finish would need the key of its certificate.
    if ((*session)->handshake() == TlsSession::Step::Done) std::abort();
    for (const auto& certificate : (*session)->facts().presented) {
      if (certificate.fingerprint_sha256.size() != 64) std::abort();
    }
  }
  ::close(ends[0]);
  ::close(ends[1]);
  return 0;
}
