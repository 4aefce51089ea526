#include "common/http_client/tls_trace.h"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <memory>

namespace sonde::http {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

struct BioDeleter {
  void operator()(BIO* bio) const { ::BIO_free(bio); }
};
struct BignumDeleter {
  void operator()(BIGNUM* number) const { ::BN_free(number); }
};

std::string bio_text(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  return std::string(bytes, static_cast<size_t>(std::max(size, 0L)));
}

int64_t to_unix_seconds(const ASN1_TIME* time) {
  tm parts{};
  if (time == nullptr || ::ASN1_TIME_to_tm(time, &parts) != 1) return 0;
  return static_cast<int64_t>(::timegm(&parts));
}

std::string name_text(const X509_NAME* name) {
  const std::unique_ptr<BIO, BioDeleter> bio(::BIO_new(::BIO_s_mem()));
  ::X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  return bio_text(bio.get());
}

std::string fingerprint(const X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (::X509_digest(certificate, ::EVP_sha256(), digest.data(), &size) != 1) return "";
  std::string out;
  for (unsigned i = 0; i < size; ++i) {
    out += kHex[digest[i] >> 4];
    out += kHex[digest[i] & 15];
  }
  return out;
}

// Whole bytes, so that a leading zero stays.
std::string serial(const X509* certificate) {
  const std::unique_ptr<BIGNUM, BignumDeleter> number(
      ::ASN1_INTEGER_to_BN(::X509_get0_serialNumber(certificate), nullptr));
  if (!number) return "";
  std::array<unsigned char, 64> bytes{};
  const int size = BN_num_bytes(number.get());
  if (size > static_cast<int>(bytes.size())) return "";
  ::BN_bn2bin(number.get(), bytes.data());
  std::string out;
  for (int i = 0; i < size; ++i) {
    out += kHex[bytes[static_cast<size_t>(i)] >> 4];
    out += kHex[bytes[static_cast<size_t>(i)] & 15];
  }
  return out;
}

// DNS names only, as the reference shows them.
std::string alternative_names(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> names(
      static_cast<GENERAL_NAMES*>(::X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      ::GENERAL_NAMES_free);
  std::string out;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS) continue;
    if (!out.empty()) out += ',';
    const auto* bytes = reinterpret_cast<const char*>(::ASN1_STRING_get0_data(name->d.dNSName));
    out.append(bytes, static_cast<size_t>(::ASN1_STRING_length(name->d.dNSName)));
  }
  return out;
}

CertificateFacts facts_of(const X509* certificate) {
  return {.not_after_seconds = to_unix_seconds(::X509_get0_notAfter(certificate)),
          .fingerprint_sha256 = fingerprint(certificate),
          .subject = name_text(::X509_get_subject_name(certificate)),
          .issuer = name_text(::X509_get_issuer_name(certificate)),
          .alternative_names = alternative_names(certificate),
          .serial = serial(certificate)};
}

// Called once per handshake, whether or not the certificates are good.
int on_verify(X509_STORE_CTX* context, void* argument) {
  auto& trace = *static_cast<RequestTrace*>(argument);
  const int good = ::X509_verify_cert(context);
  trace.presented.clear();
  const STACK_OF(X509)* presented = ::X509_STORE_CTX_get0_untrusted(context);
  for (int i = 0; i < sk_X509_num(presented); ++i)
    trace.presented.push_back(facts_of(sk_X509_value(presented, i)));
  trace.verified_chain_expiry_seconds.reset();
  if (good != 1) return good;
  const STACK_OF(X509)* chain = ::X509_STORE_CTX_get0_chain(context);
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    const int64_t end = to_unix_seconds(::X509_get0_notAfter(sk_X509_value(chain, i)));
    const int64_t known = trace.verified_chain_expiry_seconds.value_or(end);
    trace.verified_chain_expiry_seconds = std::min(known, end);
  }
  return good;
}

CURLcode on_context(CURL*, void* context, void* argument) {
  static_cast<RequestTrace*>(argument)->tls = true;
  ::SSL_CTX_set_cert_verify_callback(static_cast<SSL_CTX*>(context), on_verify, argument);
  return CURLE_OK;
}

// OpenSSL says "TLSv1.3" where the reference says "TLS 1.3".
std::string version_name(const SSL* session) {
  std::string name = ::SSL_get_version(session);
  if (name.starts_with("TLSv")) name = "TLS " + name.substr(4);
  return name == "TLS 1" ? "TLS 1.0" : name;
}

}  // namespace

void trace_tls(CURL* easy, RequestTrace& trace) {
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_context);
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, &trace);
}

void trace_tls_session(CURL* easy, RequestTrace& trace) {
  curl_tlssessioninfo* session = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK) return;
  if (session == nullptr || session->backend != CURLSSLBACKEND_OPENSSL || session->internals == nullptr)
    return;
  const auto* ssl = static_cast<const SSL*>(session->internals);
  trace.tls_version = version_name(ssl);
  if (const SSL_CIPHER* cipher = ::SSL_get_current_cipher(ssl))
    trace.tls_cipher = ::SSL_CIPHER_standard_name(cipher);
}

}  // namespace sonde::http
