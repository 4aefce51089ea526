#pragma once
// Certificates for tests, made when they are needed: self-signed, good for an hour, for servers and clients.

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <array>
#include <ctime>
#include <string>

namespace sonde::http::test {

struct TestCertificate {
  std::string certificate;  // PEM
  std::string key;
};

// `dns_name` becomes common name and alternative name.
inline TestCertificate make_certificate(const std::string& dns_name) {
  gnutls_x509_privkey_t key = nullptr;
  gnutls_x509_crt_t certificate = nullptr;
  gnutls_x509_privkey_init(&key);
  gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
  gnutls_x509_crt_init(&certificate);
  gnutls_x509_crt_set_version(certificate, 3);
  gnutls_x509_crt_set_key(certificate, key);
  gnutls_x509_crt_set_serial(certificate, "\x01", 1);
  gnutls_x509_crt_set_activation_time(certificate, std::time(nullptr) - 60);
  gnutls_x509_crt_set_expiration_time(certificate, std::time(nullptr) + 3600);
  gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, dns_name.data(),
                                static_cast<unsigned>(dns_name.size()));
  gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME, dns_name.data(),
                                       static_cast<unsigned>(dns_name.size()), GNUTLS_FSAN_SET);
  gnutls_x509_crt_set_ca_status(certificate, 1);
  gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0);
  std::array<char, 4096> text{};
  size_t size = text.size();
  TestCertificate out;
  gnutls_x509_crt_export(certificate, GNUTLS_X509_FMT_PEM, text.data(), &size);
  out.certificate.assign(text.data(), size);
  size = text.size();
  gnutls_x509_privkey_export(key, GNUTLS_X509_FMT_PEM, text.data(), &size);
  out.key.assign(text.data(), size);
  gnutls_x509_crt_deinit(certificate);
  gnutls_x509_privkey_deinit(key);
  return out;
}

}  // namespace sonde::http::test
