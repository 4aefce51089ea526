#include "common/http_client/tls_session.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "common/http_client/ca_bundle.h"
#include "common/http_client/certificates.h"

namespace sonde::http {
namespace {

template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* thing) const {
    kFree(thing);
  }
};
using Bio = std::unique_ptr<BIO, Free<&BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Free<&X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<&EVP_PKEY_free>>;

struct Version {
  std::string_view name;
  int number;
};
constexpr std::array kVersions{Version{"TLS10", TLS1_VERSION}, Version{"TLS11", TLS1_1_VERSION},
                               Version{"TLS12", TLS1_2_VERSION}, Version{"TLS13", TLS1_3_VERSION}};

int version_number(std::string_view name, int otherwise) {
  for (const Version& version : kVersions) {
    if (version.name == name) return version.number;
  }
  return otherwise;
}

// The oldest error of this thread's queue, which is emptied.
std::string library_error() {
  const unsigned long code = ::ERR_get_error();
  ::ERR_clear_error();
  if (code == 0) return "unknown error";
  const char* reason = ::ERR_reason_error_string(code);
  return reason == nullptr ? "error " + std::to_string(code) : reason;
}

Bio bio_of(const std::string& bytes) {
  return Bio(::BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

// Every certificate of a PEM text.
Result<std::shared_ptr<X509_STORE>> parse_authorities(const std::string& pem) {
  const std::shared_ptr<X509_STORE> store(::X509_STORE_new(), ::X509_STORE_free);
  const Bio bio = bio_of(pem);
  size_t count = 0;
  while (const Certificate certificate{::PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
    ::X509_STORE_add_cert(store.get(), certificate.get());
    ++count;
  }
  ::ERR_clear_error();  // The end of the text reads as an error.
  // What is trusted need not be a root, as in Go and by libcurl.
  ::X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  if (count == 0) return Error(ErrorCode::InvalidArgument, "tls_config: unable to use specified CA cert");
  return store;
}

// The certificate and key that the server may ask for.
Status set_client_certificate(SSL_CTX* context, const std::string& cert, const std::string& key) {
  const Bio chain = bio_of(cert);
  const Certificate own(::PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
  const Key own_key(::PEM_read_bio_PrivateKey(bio_of(key).get(), nullptr, nullptr, nullptr));
  if (!own || !own_key || ::SSL_CTX_use_certificate(context, own.get()) != 1 ||
      ::SSL_CTX_use_PrivateKey(context, own_key.get()) != 1) {
    return Error(ErrorCode::InvalidArgument,
                 "tls_config: unable to use specified client cert: " + library_error());
  }
  while (X509* more = ::PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr)) {
    if (::SSL_CTX_add0_chain_cert(context, more) != 1) ::X509_free(more);
  }
  ::ERR_clear_error();
  return Ok{};
}

void set_versions(SSL_CTX* context, const TlsConfig& tls) {
  const int minimum = version_number(tls.min_version, TLS1_2_VERSION);
  // Who asks for old versions gets their ciphers; small keys of others are the reference's business, too.
  ::SSL_CTX_set_security_level(context, minimum < TLS1_2_VERSION ? 0 : 1);
  ::SSL_CTX_set_min_proto_version(context, minimum);
  ::SSL_CTX_set_max_proto_version(context, version_number(tls.max_version, 0));
}

bool is_address(const std::string& name) {
  ASN1_OCTET_STRING* address = ::a2i_IPADDRESS(name.c_str());
  ::ASN1_OCTET_STRING_free(address);
  return address != nullptr;
}

}  // namespace

Result<TlsStores::Texts> TlsStores::read_texts(const TlsConfig& tls) {
  const auto read = [this](const Secret& secret, std::string_view what,
                           std::shared_ptr<const std::string>& out) -> Status {
    if (secret.file.empty()) return Ok{};  // Inline text is part of the configuration itself.
    auto bytes = files_.read(secret.file);
    if (!bytes) return bytes.error().in("tls_config: " + std::string(what));
    out = *bytes;
    return Ok{};
  };
  Texts out;
  Secret ca = tls.ca;
  if (ca.empty() && system_ca_bundle() != nullptr) ca.file = system_ca_bundle();
  if (!tls.insecure_skip_verify) {
    if (auto got = read(ca, "ca_file", out.ca); !got) return got.error();
  }
  if (auto got = read(tls.cert, "cert_file", out.cert); !got) return got.error();
  if (auto got = read(tls.key, "key_file", out.key); !got) return got.error();
  return out;
}

Result<std::shared_ptr<X509_STORE>> TlsStores::parsed(const std::shared_ptr<const std::string>& text) {
  for (const Parsed& known : parsed_) {
    if (known.text == text || *known.text == *text) return known.store;
  }
  auto store = parse_authorities(*text);
  if (!store) return store.error();
  if (parsed_.size() == kAuthoritiesMax) parsed_.erase(parsed_.begin());
  parsed_.push_back({.text = text, .store = *store});
  return *store;
}

Result<std::shared_ptr<X509_STORE>> TlsStores::authorities(const TlsConfig& tls) {
  if (tls.ca.empty()) return std::shared_ptr<X509_STORE>();
  if (tls.ca.file.empty()) return parsed(std::make_shared<const std::string>(tls.ca.text));
  auto text = files_.read(tls.ca.file);
  if (!text) return text.error().in("tls_config: ca_file");
  return parsed(*text);
}

Result<std::shared_ptr<SSL_CTX>> TlsStores::make_context(const TlsConfig& tls, const Texts& texts) {
  const std::shared_ptr<SSL_CTX> context(::SSL_CTX_new(::TLS_client_method()), ::SSL_CTX_free);
  set_versions(context.get(), tls);
  if (!tls.cert.empty()) {
    auto set = set_client_certificate(context.get(), texts.cert ? *texts.cert : tls.cert.text,
                                      texts.key ? *texts.key : tls.key.text);
    if (!set) return set.error();
  }
  ::SSL_CTX_set_verify(context.get(), tls.insecure_skip_verify ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  record_certificates_by_session(context.get());
  if (tls.insecure_skip_verify) return context;
  if (!texts.ca && tls.ca.text.empty()) return context;  // A system without authorities trusts nobody.
  auto store = parsed(texts.ca ? texts.ca : std::make_shared<const std::string>(tls.ca.text));
  if (!store) return store.error();
  ::SSL_CTX_set1_cert_store(context.get(), store->get());
  return context;
}

Result<std::shared_ptr<SSL_CTX>> TlsStores::context(const TlsConfig& tls) {
  auto texts = read_texts(tls);
  if (!texts) return texts.error();
  for (const Known& known : known_) {
    if (known.texts == *texts && known.config == tls) return known.context;
  }
  auto made = make_context(tls, *texts);
  if (!made) return made.error();
  if (known_.size() == kContextsMax) known_.clear();  // Those of configurations that are gone are among them.
  std::erase_if(known_, [&tls](const Known& known) { return known.config == tls; });
  known_.push_back({.config = tls, .texts = std::move(*texts), .context = *made});
  return *made;
}

TlsSession::TlsSession(Private, SSL* session) : session_(session), facts_(std::make_unique<TlsFacts>()) {
  SSL_set_app_data(session_, facts_.get());
  facts_->begun = true;
}

TlsSession::~TlsSession() {
  ::SSL_free(session_);
}

Result<std::unique_ptr<TlsSession>> TlsSession::make(TlsStores& stores, const TlsConfig& tls,
                                                     const std::string& name, int fd) {
  auto context = stores.context(tls);
  if (!context) return context.error();
  SSL* session = ::SSL_new(context->get());  // It keeps the context.
  if (session == nullptr || ::SSL_set_fd(session, fd) != 1) {
    ::SSL_free(session);
    return Error(ErrorCode::Io, "cannot start TLS: " + library_error());
  }
  const std::string& wanted = tls.server_name.empty() ? name : tls.server_name;
  if (!tls.insecure_skip_verify) require_name(::SSL_get0_param(session), wanted);
  ::SSL_set_connect_state(session);
  ::SSL_set_mode(session, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (!wanted.empty() && !is_address(wanted)) {
    ::SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               const_cast<char*>(wanted.c_str()));
  }
  return std::make_unique<TlsSession>(Private{}, session);
}

TlsSession::Step TlsSession::judge(int outcome) {
  if (outcome > 0) return Step::Done;
  const int system_code = errno;
  switch (::SSL_get_error(session_, outcome)) {
    case SSL_ERROR_WANT_READ:
      return Step::WantRead;
    case SSL_ERROR_WANT_WRITE:
      return Step::WantWrite;
    case SSL_ERROR_ZERO_RETURN:
      return Step::Closed;
    case SSL_ERROR_SYSCALL:
      ::ERR_clear_error();
      if (system_code == 0) return Step::Closed;
      error_ = std::strerror(system_code);
      return Step::Failed;
    default:
      error_ = library_error();
      // Peers that close without a good-bye are common, and what they sent is whole.
      if (error_ == "unexpected eof while reading") return Step::Closed;
      if (error_ == "certificate verify failed") error_ += ": " + verification_error(session_);
      return Step::Failed;
  }
}

TlsSession::Step TlsSession::handshake() {
  errno = 0;
  const Step step = judge(::SSL_do_handshake(session_));
  if (step == Step::Done) record_session(session_, *facts_);
  if (step == Step::Closed) error_ = "EOF";
  return step;
}

TlsSession::Step TlsSession::read(char* bytes, size_t size_bytes, size_t& got) {
  errno = 0;
  return judge(::SSL_read_ex(session_, bytes, size_bytes, &got));
}

TlsSession::Step TlsSession::write(const char* bytes, size_t size_bytes, size_t& put) {
  errno = 0;
  return judge(::SSL_write_ex(session_, bytes, size_bytes, &put));
}

bool TlsSession::has_pending() const {
  return ::SSL_has_pending(session_) == 1;
}

}  // namespace sonde::http
