#include "common/http_client/certificates.h"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <memory>

#include "common/core/text.h"

namespace sonde::http {
namespace {

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
  for (unsigned i = 0; i < size; ++i) append_hex(out, digest[i]);
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
  for (int i = 0; i < size; ++i) append_hex(out, bytes[static_cast<size_t>(i)]);
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

// Called once per handshake, whether or not the certificates are good. Without an argument the facts are the
// session's own.
int on_verify(X509_STORE_CTX* context, void* argument) {
  auto* session =
      static_cast<SSL*>(::X509_STORE_CTX_get_ex_data(context, ::SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto& facts = *static_cast<TlsFacts*>(argument != nullptr ? argument : SSL_get_app_data(session));
  const int good = ::X509_verify_cert(context);
  facts.presented.clear();
  const STACK_OF(X509)* presented = ::X509_STORE_CTX_get0_untrusted(context);
  for (int i = 0; i < sk_X509_num(presented); ++i)
    facts.presented.push_back(facts_of(sk_X509_value(presented, i)));
  record_session(session, facts);
  facts.verified_chain_expiry_seconds.reset();
  // Without verification OpenSSL goes on whatever is said here, and no chain counts as verified.
  if (good != 1 || ::SSL_get_verify_mode(session) == SSL_VERIFY_NONE) return good;
  const STACK_OF(X509)* chain = ::X509_STORE_CTX_get0_chain(context);
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    const int64_t end = to_unix_seconds(::X509_get0_notAfter(sk_X509_value(chain, i)));
    const int64_t known = facts.verified_chain_expiry_seconds.value_or(end);
    facts.verified_chain_expiry_seconds = std::min(known, end);
  }
  return good;
}

// OpenSSL says "TLSv1.3" where the reference says "TLS 1.3".
std::string version_name(const SSL* session) {
  std::string name = ::SSL_get_version(session);
  if (name.starts_with("TLSv")) name = "TLS " + name.substr(4);
  return name == "TLS 1" ? "TLS 1.0" : name;
}

}  // namespace

void record_certificates(SSL_CTX* context, TlsFacts& facts) {
  ::SSL_CTX_set_cert_verify_callback(context, on_verify, &facts);
}

void record_certificates_by_session(SSL_CTX* context) {
  ::SSL_CTX_set_cert_verify_callback(context, on_verify, nullptr);
}

void record_session(const SSL* session, TlsFacts& facts) {
  facts.version = version_name(session);
  const SSL_CIPHER* cipher = ::SSL_get_current_cipher(session);
  if (cipher == nullptr) cipher = ::SSL_get_pending_cipher(session);
  if (cipher != nullptr) facts.cipher = ::SSL_CIPHER_standard_name(cipher);
}

void require_name(X509_VERIFY_PARAM* parameters, const std::string& name) {
  ::X509_VERIFY_PARAM_set_hostflags(
      parameters, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (::X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str()) == 1) return;
  ::X509_VERIFY_PARAM_set1_host(parameters, name.c_str(), name.size());
}

std::string verification_error(const SSL* session) {
  return ::X509_verify_cert_error_string(::SSL_get_verify_result(session));
}

}  // namespace sonde::http
