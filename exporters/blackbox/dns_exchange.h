#pragma once
// One DNS query and its answer: over UDP, or over a stream (TCP, TLS) with its length before it. Loop thread.
// An exchange keeps itself alive until it has called back, at the latest at its deadline.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/core/result.h"
#include "common/http_client/client_config.h"
#include "common/http_client/tls_session.h"
#include "common/loop/event_loop.h"
#include "exporters/blackbox/socket_address.h"

namespace sonde::blackbox {

struct DnsExchange {
  SocketAddress server;
  std::optional<SocketAddress> source;
  bool stream = false;                          // TCP
  const http::TlsConfig* tls_config = nullptr;  // over TLS when set; valid until the end
  std::string server_name;                      // that the certificate has to be for
  std::string query;                            // the message
  int64_t deadline_monotonic_ns = 0;
};

struct DnsExchanged {
  Result<std::string> answer = std::string();  // the message, of the query's id
  double connect_seconds = 0;                  // with the handshake
  double request_seconds = 0;
  std::string_view phase;  // where it failed: connect, tls, request, response
};

void exchange_dns(loop::EventLoop& loop, http::TlsStores& stores, DnsExchange exchange,
                  std::function<void(DnsExchanged)> done);

}  // namespace sonde::blackbox
