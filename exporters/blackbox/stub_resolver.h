#pragma once
// Names to addresses by DNS questions of our own, so that a thousand look-ups, hung ones among them, need no
// thread. Questions for both families go out at once; a server that does not answer is followed by the next.
// Loop thread. A look-up keeps itself alive until it has called back, at the latest at its deadline.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/core/result.h"
#include "common/http_client/tls_session.h"
#include "common/loop/event_loop.h"
#include "exporters/blackbox/name_files.h"
#include "exporters/blackbox/socket_address.h"

namespace sonde::blackbox {

struct StubQuestion {
  std::vector<std::string> names;  // tried in their order, until one has an address
  std::vector<SocketAddress> servers;
  int timeout_seconds = 5;  // per question
  int attempts = 2;
  int64_t deadline_monotonic_ns = 0;
};

// Calls back with the addresses of both families as texts, at least one; NotFound when no name has any,
// Unavailable when no server answered, DeadlineExceeded.
void ask_servers(loop::EventLoop& loop, http::TlsStores& stores, StubQuestion question,
                 std::function<void(Result<std::vector<std::string>>)> done);

}  // namespace sonde::blackbox
