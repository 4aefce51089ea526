#pragma once
// A byte stream to a server: TCP, a unix socket, or TLS over TCP. Blocking, but never past the time it is
// given. One thread.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "common/core/clock.h"
#include "common/core/result.h"
#include "exporters/redis/tls_client.h"

namespace sonde::redis {

// Where and as whom.
struct Address {
  std::string host;
  uint16_t port = 6379;
  std::string socket;  // a path; then host and port mean nothing
  bool tls = false;
  std::string tls_server_name;  // what the certificate is for; "" for the host
  std::string user;
  std::string password;
  int64_t database = 0;
};

class Transport {
  struct Private {};  // Only connect() can name it.

 public:
  Transport(Private, int fd, const Clock& clock) : fd_(fd), clock_(clock) {}
  // `tls` is looked at where the address asks for it. Looking up a host's name may take longer than
  // `until_monotonic_ns`.
  static Result<std::unique_ptr<Transport>> connect(const Address& address, const TlsClientSettings& tls,
                                                    int64_t until_monotonic_ns, const Clock& clock);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  Status write(std::string_view bytes, int64_t until_monotonic_ns);
  // At least one byte. DeadlineExceeded when none has come, Unavailable when the peer has gone.
  Result<size_t> read(std::span<char> out, int64_t until_monotonic_ns);

 private:
  Status wait_for(short events, int64_t until_monotonic_ns);
  Status wait_after(TlsClient::Step step, int64_t until_monotonic_ns);
  Status handshake(const Address& address, const TlsClientSettings& tls, int64_t until_monotonic_ns);
  Result<size_t> read_tls(std::span<char> out, int64_t until_monotonic_ns);
  Status write_tls(std::string_view bytes, int64_t until_monotonic_ns);

  const int fd_;
  const Clock& clock_;
  std::unique_ptr<TlsClient> tls_;  // null for plain text
};

}  // namespace sonde::redis
