#pragma once
// A TLS server with a certificate of its own making, at the other end of a socket pair, for tests of the
// client's side.

#include <doctest/doctest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>

namespace sonde::testing {

class TlsPeer {
 public:
  // Serves one handshake and then sends "hello". `names` is a subjectAltName, "DNS:a.test,IP:192.0.2.1".
  explicit TlsPeer(const char* names) : context_(::SSL_CTX_new(::TLS_server_method())) {
    ::signal(SIGPIPE, SIG_IGN);  // As the binaries do: either side may be gone when the other writes.
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds_) == 0);
    make_certificate(names);
    thread_ = std::thread([this] { serve(); });
  }
  ~TlsPeer() {
    ::close(fds_[0]);
    thread_.join();
    ::close(fds_[1]);
    ::X509_free(certificate_);
    ::SSL_CTX_free(context_);
  }
  TlsPeer(const TlsPeer&) = delete;
  TlsPeer& operator=(const TlsPeer&) = delete;

  int client_fd() const { return fds_[0]; }
  // Its certificate, which is its own authority.
  std::string pem() const {
    BIO* bio = ::BIO_new(::BIO_s_mem());
    ::PEM_write_bio_X509(bio, certificate_);
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(bio, &bytes);
    std::string out(bytes, static_cast<size_t>(size));
    ::BIO_free(bio);
    return out;
  }

 private:
  void make_certificate(const char* names) {
    EVP_PKEY* key = ::EVP_EC_gen("P-256");
    certificate_ = ::X509_new();
    ::X509_set_version(certificate_, 2);
    ::ASN1_INTEGER_set(::X509_get_serialNumber(certificate_), 0x00a1b2);
    ::ASN1_TIME_set_string_X509(::X509_getm_notBefore(certificate_), "200101000000Z");
    ::ASN1_TIME_set_string_X509(::X509_getm_notAfter(certificate_), "491231235959Z");
    X509_NAME* subject = ::X509_get_subject_name(certificate_);
    ::X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("sonde"),
                                 -1, -1, 0);
    ::X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("peer"),
                                 -1, -1, 0);
    ::X509_set_issuer_name(certificate_, subject);
    ::X509_set_pubkey(certificate_, key);
    X509V3_CTX extension_context;
    X509V3_set_ctx_nodb(&extension_context);
    X509_EXTENSION* extension =
        ::X509V3_EXT_conf_nid(nullptr, &extension_context, NID_subject_alt_name, names);
    ::X509_add_ext(certificate_, extension, -1);
    ::X509_EXTENSION_free(extension);
    ::X509_sign(certificate_, key, ::EVP_sha256());
    ::SSL_CTX_use_certificate(context_, certificate_);
    ::SSL_CTX_use_PrivateKey(context_, key);
    ::EVP_PKEY_free(key);
  }

  void serve() {
    SSL* session = ::SSL_new(context_);
    ::SSL_set_fd(session, fds_[1]);
    if (::SSL_accept(session) == 1) {
      ::SSL_write(session, "hello", 5);
      ::SSL_shutdown(session);
    }
    ::SSL_free(session);
    ::shutdown(fds_[1], SHUT_WR);
  }

  int fds_[2] = {-1, -1};
  SSL_CTX* context_;
  X509* certificate_ = nullptr;
  std::thread thread_;
};

}  // namespace sonde::testing
