#pragma once
// Talks to a server's HTTP API on behalf of a verb: one request at a time, each to its end. Owns a loop of
// its own; one thread.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/core/clock.h"
#include "common/core/log.h"
#include "common/core/result.h"
#include "common/http_client/client.h"
#include "common/loop/event_loop.h"

namespace sonde::ctl {

using Form = std::vector<std::pair<std::string, std::string>>;

class ServerClient {
 public:
  // `url` is the server's, with a path prefix or without ("http://localhost:9090"); `headers` are "name:
  // value" or "name=value" texts.
  static Result<ServerClient> connect(std::string url, const std::vector<std::string>& headers);

  Result<http::FetchResponse> get(std::string_view path, const Form& query = {});
  // As a form. Errors name the URL.
  Result<http::FetchResponse> post(std::string_view path, const Form& form);

 private:
  // In one allocation: the client refers to the loop, and the loop to the clock.
  struct Parts {
    SystemClock clock;
    Logger logger{clock, 2};
    std::unique_ptr<loop::EventLoop> loop;
    std::unique_ptr<http::Client> client;
  };
  Result<http::FetchResponse> fetch(http::FetchRequest request);

  std::string url_;
  std::vector<http::FetchHeader> headers_;
  std::unique_ptr<Parts> parts_;
};

// `a=b&c=d`, percent-encoded.
std::string encode_form(const Form& form);

}  // namespace sonde::ctl
