#pragma once
// An HTTP/1.1 server on the event loop (libmicrohttpd inside, driven by us): routes, limits on header, body,
// connections and total time, gzip, graceful stop. Handlers run on the loop's thread.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/log.h"
#include "common/core/result.h"
#include "common/http_server/request.h"
#include "common/http_server/tls_policy.h"
#include "common/loop/event_loop.h"

namespace sonde::http {

// Asked on the loop's thread for every new connection; never gives null.
using TlsSource = std::function<std::shared_ptr<const TlsPolicy>()>;

struct ServerOptions {
  size_t header_bytes_max = 32 * 1024;
  size_t body_bytes_max = 10 * 1024 * 1024;
  // Of all bodies that are being received or answered; past it the one that has come for longest is cut. At
  // least two bodies fit.
  size_t all_bodies_bytes_max = 64 * 1024 * 1024;
  // Past it a new client takes the place of one that keeps its connection without asking anything, of one
  // that is slow to ask, or to read; a client that waits for our answer keeps its own.
  unsigned connections_max = 512;
  std::chrono::seconds idle_timeout{300};  // between requests on a kept connection
  // First byte of the header to last byte of the body; what takes longer is cut, within a second or two.
  std::chrono::seconds request_time_max{30};
  // "/prefix", put before the path of every route; requests keep it in their path.
  std::string route_prefix{};
  TlsSource tls{};  // set: HTTPS
};

// Looks at every request before its route does (unknown paths too): authentication, rate limit, extra
// headers. It answers itself, or calls `next` on the loop's thread, at once or later; `next` lives as long as
// the server.
class RequestFilter {
 public:
  virtual ~RequestFilter() = default;
  virtual void filter(Request request, Responder responder, const Handler& next) = 0;
};

class Server {
 public:
  Server(loop::EventLoop& loop, Logger& logger, ServerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Before listen(). A path ending in "/" takes everything below it; the longest match wins. `methods` such
  // as "GET" or "PUT POST", "" for any; another method on a known path is 405, an unknown path 404.
  // GET and OPTIONS only read; `others` says what other methods do.
  void route(std::string_view methods, std::string_view path, Handler handler,
             Effect others = Effect::Changes);
  void set_filter(RequestFilter* filter);  // Must outlive the server.

  // Binds one address (":9100", "127.0.0.1:9100", "[::1]:0"); may be called several times. Fails with a
  // message that says what to do when the port is taken or forbidden.
  Status listen(std::string_view address);
  // Takes a descriptor that is bound and listening (socket activation).
  Status listen_on(int fd);
  // The addresses in use, with real port numbers.
  const std::vector<std::string>& addresses() const;

  // Closes the listeners, lets requests in flight finish for up to `grace`, then calls back on the loop.
  void stop(std::chrono::milliseconds grace, loop::Callback stopped);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;  // Keeps libmicrohttpd out of this header.
};

}  // namespace sonde::http
