#pragma once
// TLS over a socket of the caller's, as a client: for probes of other protocols than HTTP. Never blocks: a
// step that has to wait says for what. One thread; a session must end before its descriptor is closed.

#include <openssl/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/core/result.h"
#include "common/http_client/client_config.h"
#include "common/http_client/file_cache.h"
#include "common/http_client/trace.h"

namespace sonde::http {

// What sessions of one configuration share: parsed certificates, keys, settings. Kept until their files
// change.
class TlsStores {
 public:
  static constexpr size_t kContextsMax = 64;
  static constexpr size_t kAuthoritiesMax = 16;

  Result<std::shared_ptr<SSL_CTX>> context(const TlsConfig& tls);
  // The certificates that the configuration trusts, parsed once for as long as their text stays the same;
  // nullptr when they are the system's. To parse one anew for each connection costs more than the handshake's
  // own cryptography.
  Result<std::shared_ptr<X509_STORE>> authorities(const TlsConfig& tls);
  FileCache& files() { return files_; }

 private:
  // The texts of a configuration, as they are now; equal pointers mean that nothing changed.
  struct Texts {
    std::shared_ptr<const std::string> ca;
    std::shared_ptr<const std::string> cert;
    std::shared_ptr<const std::string> key;
    friend bool operator==(const Texts&, const Texts&) = default;
  };
  struct Known {
    TlsConfig config;
    Texts texts;
    std::shared_ptr<SSL_CTX> context;
  };
  Result<Texts> read_texts(const TlsConfig& tls);
  Result<std::shared_ptr<SSL_CTX>> make_context(const TlsConfig& tls, const Texts& texts);
  Result<std::shared_ptr<X509_STORE>> parsed(const std::shared_ptr<const std::string>& text);

  struct Parsed {
    std::shared_ptr<const std::string> text;
    std::shared_ptr<X509_STORE> store;
  };
  FileCache files_;
  std::vector<Known> known_;
  std::vector<Parsed> parsed_;  // Most configurations share the system's.
};

class TlsSession {
  struct Private {};  // Only make() can name it.

 public:
  TlsSession(Private, SSL* session);
  // `name` is what the certificate has to be for; it is told to the server too unless it is an address.
  static Result<std::unique_ptr<TlsSession>> make(TlsStores& stores, const TlsConfig& tls,
                                                  const std::string& name, int fd);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  enum class Step : uint8_t { Done, WantRead, WantWrite, Closed, Failed };
  Step handshake();
  Step read(char* bytes, size_t size_bytes, size_t& got);
  Step write(const char* bytes, size_t size_bytes, size_t& put);
  // Bytes wait here that no event of the descriptor will tell of.
  bool has_pending() const;

  const TlsFacts& facts() const { return *facts_; }
  // Of the last step that failed.
  const std::string& error() const { return error_; }

 private:
  Step judge(int outcome);

  SSL* session_;
  std::unique_ptr<TlsFacts> facts_;  // where the session's callback finds it
  std::string error_;
};

}  // namespace sonde::http
