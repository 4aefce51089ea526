#pragma once
// HTTP client on the event loop (libcurl multi inside). One client per loop; connections are kept and reused.
// All calls on the loop's thread.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/log.h"
#include "common/core/result.h"
#include "common/http_client/client_config.h"
#include "common/http_client/trace.h"
#include "common/loop/event_loop.h"

namespace sonde::http {

struct FetchRequest {
  std::string url;
  std::string method = "GET";
  std::vector<FetchHeader> headers{};
  std::string body{};
  std::chrono::milliseconds timeout{10'000};  // everything: resolve, connect, TLS, transfer
  uint64_t body_bytes_max = 0;                // decoded bytes; 0: no limit. Reaching it is LimitExceeded.
  bool http2_only = false;                    // also without TLS, and without asking (gRPC)
  bool accept_gzip = false;                   // sends Accept-Encoding: gzip and decodes
  std::string unix_socket{};                  // dialled instead of the URL's host
  std::string dial_ip{};                      // dialled instead of looking the URL's host up; no brackets
  std::shared_ptr<RequestTrace> trace{};      // filled when set; the connection is then new and not kept
};

struct FetchResponse {
  int status = 0;
  std::string status_text;  // "500 Internal Server Error": the code and the server's own words for it
  std::vector<FetchHeader> headers;
  std::string body;  // Handed back by recycle() when done with, so that the next response finds it grown.
  std::string redirect_url;  // absolute; set when the answer redirects and redirects are not followed
  std::string_view header(std::string_view name) const;  // first of that name, any case; "" when absent
};

enum class FetchId : uint64_t { None = 0 };
using FetchCallback = std::function<void(Result<FetchResponse>)>;

class Transfer;

// A request that is made again and again, such as a target's scrape. Its libcurl handle stays ready between
// times, which spares a tenth of what a scrape costs. One run at a time, which is over or cancelled before
// this ends.
class RepeatedRequest {
 public:
  RepeatedRequest(FetchRequest request, std::shared_ptr<const ClientConfig> config);
  ~RepeatedRequest();
  RepeatedRequest(const RepeatedRequest&) = delete;
  RepeatedRequest& operator=(const RepeatedRequest&) = delete;

 private:
  friend class Client;
  const FetchRequest request_;
  const std::shared_ptr<const ClientConfig> config_;
  std::unique_ptr<Transfer> resting_;  // between runs, once there was one
  bool running_ = false;
};

class Client {
 public:
  // Redirects followed in a row, as the originals do.
  static constexpr int kRedirectsMax = 10;

  Client(loop::EventLoop& loop, Logger& logger);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Starts a request; the callback comes once, never before this returns. `config` is shared by all requests
  // of a scrape pool.
  FetchId fetch(FetchRequest request, std::shared_ptr<const ClientConfig> config, FetchCallback done);
  // The same for a request made before and again. `repeated` must not have a run in flight.
  FetchId fetch(RepeatedRequest& repeated, FetchCallback done);
  // Drops a request; its callback does not come.
  void cancel(FetchId id);

  // Takes a body back, so that a later response finds its room.
  void recycle(std::string body);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;  // Keeps libcurl out of this header.
};

}  // namespace sonde::http
