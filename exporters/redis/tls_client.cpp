#include "exporters/redis/tls_client.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace sonde::redis {
namespace {

using Context = std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)>;

// The oldest error of this thread's queue, which is emptied.
std::string library_error() {
  const unsigned long code = ::ERR_get_error();
  ::ERR_clear_error();
  if (code == 0) return "unknown error";
  if (ERR_SYSTEM_ERROR(code)) return std::strerror(ERR_GET_REASON(code));
  const char* reason = ::ERR_reason_error_string(code);
  return reason == nullptr ? "error " + std::to_string(code) : reason;
}

Error file_error(const std::string& file) {
  return Error(ErrorCode::InvalidArgument, library_error()).in(file);
}

bool is_address(const std::string& name) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

Result<Context> make_context(const TlsClientSettings& settings) {
  ::ERR_clear_error();
  Context context(::SSL_CTX_new(::TLS_client_method()), &::SSL_CTX_free);
  if (!context) return Error(ErrorCode::LimitExceeded, "no memory for TLS");
  ::SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  ::SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // The protocol itself tells whether an answer is whole.
  ::SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  // Nobody is there to type the password of a key.
  ::SSL_CTX_set_default_passwd_cb(context.get(), [](char*, int, int, void*) { return 0; });
  ::SSL_CTX_set_verify(context.get(), settings.skip_verification ? SSL_VERIFY_NONE : SSL_VERIFY_PEER,
                       nullptr);
  if (!settings.ca_file.empty()) {
    const int loaded = ::SSL_CTX_load_verify_file(context.get(), settings.ca_file.c_str());
    if (loaded != 1) return file_error(settings.ca_file);
  } else if (!settings.skip_verification) {
    ::SSL_CTX_set_default_verify_paths(context.get());
  }
  if (settings.certificate_file.empty()) return context;
  if (::SSL_CTX_use_certificate_chain_file(context.get(), settings.certificate_file.c_str()) != 1) {
    return file_error(settings.certificate_file);
  }
  if (::SSL_CTX_use_PrivateKey_file(context.get(), settings.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return file_error(settings.key_file);
  }
  return context;
}

// Whom the certificate has to be for; the server is told too, unless it is an address.
bool set_name(SSL* session, const std::string& name) {
  if (is_address(name)) return ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(session), name.c_str()) == 1;
  return ::SSL_set_tlsext_host_name(session, name.c_str()) == 1 &&
         ::SSL_set1_host(session, name.c_str()) == 1;
}

}  // namespace

Status check_tls_settings(const TlsClientSettings& settings) {
  if (settings.certificate_file.empty() != settings.key_file.empty()) {
    return Error(ErrorCode::InvalidArgument,
                 "--tls-client-cert-file and --tls-client-key-file: want both or neither");
  }
  // The library alone takes a megabyte once it is used: not for those who speak no TLS.
  if (settings.ca_file.empty() && settings.certificate_file.empty()) return Ok{};
  const auto context = make_context(settings);
  if (!context) return context.error();
  return Ok{};
}

Result<std::unique_ptr<TlsClient>> TlsClient::make(const TlsClientSettings& settings, const std::string& name,
                                                   int fd) {
  const auto context = make_context(settings);
  if (!context) return context.error();
  SSL* session = ::SSL_new(context->get());  // It keeps the context.
  if (session == nullptr) return Error(ErrorCode::LimitExceeded, "no memory for TLS");
  auto client = std::make_unique<TlsClient>(Private{}, session);
  const bool ready = ::SSL_set_fd(session, fd) == 1 && set_name(session, name);
  if (!ready) return Error(ErrorCode::InvalidArgument, library_error());
  ::SSL_set_connect_state(session);
  return client;
}

TlsClient::~TlsClient() {
  ::SSL_free(session_);
}

TlsClient::Step TlsClient::judge(int outcome) {
  switch (::SSL_get_error(session_, outcome)) {
    case SSL_ERROR_NONE:
      return Step::Done;
    case SSL_ERROR_WANT_READ:
      return Step::WantRead;
    case SSL_ERROR_WANT_WRITE:
      return Step::WantWrite;
    case SSL_ERROR_ZERO_RETURN:
      return Step::Closed;
    case SSL_ERROR_SYSCALL:
      if (errno == 0) return Step::Closed;
      error_ = std::strerror(errno);
      return Step::Failed;
    default:
      break;
  }
  const bool verified = ::SSL_get_verify_mode(session_) != SSL_VERIFY_NONE;
  const long verdict = verified ? ::SSL_get_verify_result(session_) : X509_V_OK;
  error_ = library_error();
  if (verdict != X509_V_OK) error_ += std::string(": ") + ::X509_verify_cert_error_string(verdict);
  return Step::Failed;
}

TlsClient::Step TlsClient::handshake() {
  ::ERR_clear_error();
  errno = 0;
  return judge(::SSL_do_handshake(session_));
}

TlsClient::Step TlsClient::read(std::span<char> out, size_t& length) {
  ::ERR_clear_error();
  errno = 0;
  return judge(::SSL_read_ex(session_, out.data(), out.size(), &length));
}

TlsClient::Step TlsClient::write(std::string_view bytes, size_t& length) {
  ::ERR_clear_error();
  errno = 0;
  return judge(::SSL_write_ex(session_, bytes.data(), bytes.size(), &length));
}

}  // namespace sonde::redis
