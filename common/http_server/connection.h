#pragma once
// One client's connection and the request that is on it. Owned by the server, on the loop's thread.

#include <cstdint>
#include <memory>
#include <string>

#include "common/http_server/exchange.h"
#include "common/http_server/request.h"
#include "common/http_server/tls_policy.h"

struct MHD_Connection;

namespace sonde::http {

struct Connection {
  enum class Stage : uint8_t {
    Waiting,     // for a request, or for the rest of its header
    Body,        // the header is here, the body is coming
    Dispatched,  // the handler has the request
    Answered,    // the response is on its way out
  };

  MHD_Connection* handle = nullptr;
  int fd = -1;
  std::string remote_address;
  Stage stage = Stage::Waiting;
  bool suspended = false;
  bool gzip = false;  // the client takes it
  // Shared: connections that began before a change keep theirs. Null without TLS.
  std::shared_ptr<const TlsPolicy> tls;

  Request request;
  size_t body_bytes = 0;  // received, kept or not
  std::shared_ptr<Responder::Exchange> exchange;

  // When it was accepted or its last request ended.
  int64_t since_ns = 0;
  bool served = false;      // at least once
  bool cut = false;         // the library has not noticed yet
  size_t body_kept = 0;     // bytes of the body that count for the limit on all bodies
  int64_t answered_ns = 0;  // when the response at hand was queued

  // When the first byte of the request at hand was noticed; 0: none has come.
  int64_t begun_ns = 0;
  // What the kernel had counted while nothing of a request was here; -1: not asked yet.
  int64_t bytes_at_rest = 0;
};

}  // namespace sonde::http
