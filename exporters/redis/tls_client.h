#pragma once
// TLS over a connected socket, as a client: the only file here that knows OpenSSL. Never blocks: a step that
// has to wait says for what. One thread; ends before its socket is closed.

#include <openssl/types.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "common/core/result.h"

namespace sonde::redis {

struct TlsClientSettings {
  std::string ca_file{};  // PEM; "" for the system's authorities
  std::string certificate_file{};
  std::string key_file{};
  bool skip_verification = false;
};

// Whether the files can be used, before there is a connection.
Status check_tls_settings(const TlsClientSettings& settings);

class TlsClient {
  struct Private {};  // Only make() can name it.

 public:
  TlsClient(Private, SSL* session) : session_(session) {}
  // `name` is what the certificate has to be for. The files are read now, so that new certificates serve new
  // connections.
  static Result<std::unique_ptr<TlsClient>> make(const TlsClientSettings& settings, const std::string& name,
                                                 int fd);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  enum class Step : uint8_t { Done, WantRead, WantWrite, Closed, Failed };
  Step handshake();
  Step read(std::span<char> out, size_t& length);
  Step write(std::string_view bytes, size_t& length);

  // Of the step that failed.
  const std::string& error() const { return error_; }

 private:
  Step judge(int outcome);

  SSL* session_;
  std::string error_;
};

}  // namespace sonde::redis
